"""What `--help` teaches: the whole lab, or behind a verb that verb."""

from __future__ import annotations

__all__ = ["help_of"]

EVERYTHING = """\
initlab: what a weight's first value does to a net.

  python -m initlab +init=xavier                         run: draw, train on digits, probe, record
  python -m initlab +init=he model.depth=8 training.epochs=5 seed=7
  python -m initlab -m +init=xavier,he,orthogonal seed=1,2,3      a sweep of nine runs
  python -m initlab plan +init=xavier model=residual_mlp      who gets what, and why; draws nothing
  python -m initlab theory +init=he model=deep_mlp       what it will do to signals and gradients
  python -m initlab gallery +init=he model=deep_mlp      a picture: values and law, signal by depth
  python -m initlab gallery [NAME] [--out DIR]           a page of such pictures, of every name
  python -m initlab compare                              the latest sweep: who is better, surely
  python -m initlab compare SWEEP --html page.html       the same with pictures, in one file
  python -m initlab show RUN                             one recorded run, by name or id
  python -m initlab replay RUN                           built again, compared to the last bit
  python -m initlab close RUN                            one that says RUNNING but is dead elsewhere
  python -m initlab catalog                              every name, its package, its options
  python -m initlab catalog xavier                       one name, its options explained
  python -m initlab catalog conventions convolution 64x32x3x3    one name, six frameworks' stds
  python -m initlab VERB --help                          all that a verb takes

Everything after the verb is Hydra's grammar: KEY=VALUE changes a key, +KEY=VALUE adds one.
  init=NAME              the initializer of the weights; init.weight.OPTION=... its options
  +init.rules.R.match=PATTERN +init.rules.R.use.name=NAME       another one for some parameters:
                         '*' is one segment of a path, '**' any number ('output.weight', '**.bias')
  model=mlp              the net; model.depth, model.width, model.activation
  data=digits            digits, teacher, spirals, mnist (data.folder=...), fashion_mnist
  optim=sgd              sgd, adam, nag, ...; optim.lr, optim.schedule.name=cosine
  training.epochs        training.batch_size
  probes.NAME.times=50   how often a probe looks; +probes.NEW.name=... adds one
  tracking=mlflow        none, memory; tracking.uri=sqlite:////place/mlflow.db or a server's address
  seed=0  threads=1      the same command gives the same numbers, to the last bit
  +experiment=NAME       a published claim, ready to run
  reproduce [NAME]       those that many nets show, measured again and judged

Flags:
  -m, --multirun         sweep over every KEY=A,B,C; its launchers: python -m initlab -m --help
  -p MODULE              also load hooks from a local module or file (my_init.py)
  --cfg job              print the composed config and run nothing
  -h, --help  --version

HYDRA_FULL_ERROR=1 shows the traceback of an error. Exit status: 0, 2 for a mistake in the command,
1 for a run that failed, 130 after Ctrl-C.
"""

SWEEP = """\
initlab -m: a sweep, one run for each combination of the values behind commas.

  python -m initlab -m +init=xavier,he,orthogonal model.depth=10,30,100 seed=1,2,3
  python -m initlab -m +init=xavier,he seed='range(1,11)' hydra/launcher=joblib
  python -m initlab -m +init=xavier,he +init.rules.head.match=output.weight \\
      +init.rules.head.use.name=zeros,normal                        any key may be an axis

Every job is composed and planned before the first one starts. The same command again skips what is
finished and does what is missing; one job's failure stops no other.

hydra/launcher=NAME      who carries out the jobs
  basic                  this process, one after another (the default)
  joblib                 this machine's cores; hydra.launcher.n_jobs=4      initlab[joblib]
  submitit_local         processes of this machine; hydra.sweeper.max_batch_size=4
  submitit_slurm         Slurm; hydra.launcher.partition=NAME               initlab[submitit]
  ray                    Ray; +hydra.launcher.ray.init.num_cpus=4           initlab[ray]
hydra/sweeper=optuna     a search instead of all combinations              initlab[optuna]
  "optim.lr=interval(0.01,0.5)" hydra.sweeper.n_trials=20
threads=N                of each job; workers times threads should not exceed the cores

Then: python -m initlab compare. A team's record: tracking.uri=http://SERVER:5000 (docs/sweeps.md).
"""

PLAN = """\
initlab plan: which initializer each parameter would get, its std, and why. Nothing is drawn.

  python -m initlab plan +init=xavier
  python -m initlab plan +init=mup model=transformer
  python -m initlab plan +init=he +init.rules.head.match=output.weight \\
      +init.rules.head.use.name=zeros

It takes what a run takes (python -m initlab --help).
"""

THEORY = """\
initlab theory: what mean-field theory foretells of a net: gains, phase, depth that trains.

  python -m initlab theory +init=he model=deep_mlp model.depth=50
  python -m initlab theory +init=critical model=deep_mlp model.activation=tanh

It takes what a run takes (python -m initlab --help), trains nothing, and leaves a phase diagram as
theory-LABEL.png here. The last figures bound the error of the quadrature; in Python each gain,
moment, fixed point, depth scale and critical point of initlab.theory has such an `error`.
"""

GALLERY = """\
initlab gallery: pictures of initializers: values and law, spectrum, signal through depth.

  python -m initlab gallery +init=he model=deep_mlp [--out DIR]    one picture of a config's net
  python -m initlab gallery he orthogonal [--out DIR]              a page of these names
  python -m initlab gallery [--out DIR]                            a page of every name

--out DIR                where to leave it; by default here
"""

COMPARE = """\
initlab compare: recorded runs side by side, over their seeds: a table, and a page with pictures.

  python -m initlab compare                              the latest sweep
  python -m initlab compare init-depth-seed-3f2a9c       a sweep by its name
  python -m initlab compare init=he depth=10,30          runs of the whole record
  python -m initlab compare init-depth-seed-3f2a9c depth=3 init=he,xavier
  python -m initlab compare "metrics.accuracy > 0.9" depth=3
  python -m initlab compare --html page.html --metric loss --below 0.5

Which runs (what is given holds all at once; only finished runs are compared):
  SWEEP                  its name, as the sweep's last line says it
  AXIS=VALUE[,VALUE]     a key of the config, or its end, as run names show it (model.depth, depth)
  "CONDITION"            in MLflow's search syntax, in quotes: metrics.accuracy > 0.9,
                         params.`model.depth` = '10', attributes.run_name LIKE 'he-%', joined by and

Options:
  --html FILE            one self-contained page: pictures, filters by axis, the plan of each run
  --metric NAME          rank by another metric (by default the final test accuracy, or loss)
  --below LOSS           the loss of the column "first step below"
  tracking.uri=PLACE tracking.experiment=NAME            another record
"""

SHOW = """\
initlab show: one recorded run: how it ended, its numbers, config, versions and plan.

  python -m initlab show he-mlp-digits-s2 depth=3        by its name (the newest of that name)
  python -m initlab show 3f2a9c1b                        by its id, or the beginning of it
  python -m initlab show RUN tracking.uri=PLACE tracking.experiment=NAME        of another record
"""

REPLAY = """\
initlab replay: a recorded run built again, trained to its first score, compared to the last bit.

  python -m initlab replay he-mlp-digits-s2 depth=3      by its name (the newest of that name)
  python -m initlab replay 3f2a9c1b                      by its id, or the beginning of it
  python -m initlab replay RUN -p my_init.py             recorded with a local plugin: give it again
  python -m initlab replay RUN tracking.uri=PLACE tracking.experiment=NAME      of another record

It says which package versions, which lines of the plan and which numbers differ. Exit status: 0 if
plan and numbers are the same, 1 if not, 2 if it cannot be built again.
"""

CLOSE = """\
initlab close: a run that says RUNNING, whose process is dead, becomes KILLED and keeps what it has.

  python -m initlab close RUN                            by its name or the beginning of its id
  python -m initlab close RUN tracking.uri=PLACE tracking.experiment=NAME       of another record

Runs that died on this machine are closed by the next sweep; this is for those of another one.
"""

REPRODUCE = """\
initlab reproduce: published claims that need many nets, measured again and judged.

  python -m initlab reproduce                            what there is
  python -m initlab reproduce NAME                       one of them, with its findings
  python -m initlab reproduce NAME SIZE=VALUE            smaller or larger than its protocol
  python -m initlab reproduce NAME --page FILE           its report put into a page, too
"""

CATALOG = """\
initlab catalog: every name that a config may use, where it comes from, what its options are.

  python -m initlab catalog                              everything
  python -m initlab catalog initializers                 one kind: calibrators, probes, layers, ...
  python -m initlab catalog xavier                       one name, its options explained
  python -m initlab catalog -p my_init.py mine           of a local module or file
  python -m initlab catalog conventions                  what six frameworks draw by each name
  python -m initlab catalog conventions convolution 64x32x3x3
  python -m initlab catalog conventions grouped 64x8x3x3 groups=8
"""

VERBS = {
    "plan": PLAN, "theory": THEORY, "gallery": GALLERY, "compare": COMPARE, "show": SHOW,
    "replay": REPLAY, "close": CLOSE, "reproduce": REPRODUCE, "catalog": CATALOG, "-m": SWEEP,
    "--multirun": SWEEP,
}  # fmt: skip


def help_of(arguments: list[str]) -> str:
    """Return the help that a command asks for: its verb's, a sweep's, or that of the whole lab.

    >>> help_of(["compare", "--help"]).partition(":")[0]
    'initlab compare'
    """
    return next((VERBS[word] for word in arguments if word in VERBS), EVERYTHING)
