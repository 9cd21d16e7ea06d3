"""The gallery: a page with an entry for each initializer and calibrator, made by its commands."""

from __future__ import annotations

from initlab.gallery.page import make_folder, make_gallery

__all__ = ["make_folder", "make_gallery"]
