"""One file a kind of net; each offers ROWS: row -> (what it is, {who: maker of a step})."""
