"""What only the command line can find wrong.

FinalError
├── KeyMissing          a command needs a key that is not set
├── UnknownJob          there is no keeper job of that name
├── PageMissing         the wheel or checkout has no built page
├── NoPlaceForGraph     a graph on a server cannot be switched, and no other was named
├── NothingToCompare    what was named is nothing of another keeper
├── SecondIngester      another process takes a chain into the same graph
└── StageFailed         a stage of the demonstration did not give what it must
"""

from tunefi.errors import FinalError


class KeyMissing(FinalError):
    """A command needs a secret that no setting gives."""

    def __init__(self, variable: str, what: str) -> None:
        self.variable = variable
        super().__init__(f"{variable} is not set: it holds {what}")


class StageFailed(FinalError):
    """A stage of the demonstration did not give what it must."""

    def __init__(self, stage: str, problem: str) -> None:
        self.stage, self.problem = stage, problem
        super().__init__(f"stage {stage}: {problem}; `make demo-clean` starts anew")


class NoPlaceForGraph(FinalError):
    """A graph on a server is to be rebuilt, and no empty graph was named."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"{url} is a server's graph, which cannot be switched: name an empty graph with --into, and when "
            "it is built set TUNEFI_GRAPH_URL to it"
        )


class NothingToCompare(FinalError):
    """What was named is no home, no log's database and no snapshot of another keeper."""

    def __init__(self, other: str) -> None:
        self.other = other
        super().__init__(
            f"{other} is nothing to compare with: name the other keeper's home, a copy of its "
            "interactions.sqlite, the URL of its log, or a folder with a snapshot of it"
        )


class SecondIngester(FinalError):
    """Another process takes a chain into the same graph; this one wrote nothing that the other did not."""

    def __init__(self, graph: str) -> None:
        self.graph = graph
        super().__init__(
            f"another process takes the chain into the graph {graph}: it wrote a block between two writes of "
            "this one, which ends here; leave the other one running, or stop it and start this one again"
        )
