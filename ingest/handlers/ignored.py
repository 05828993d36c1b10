"""Events that make no row, each with the reason.

Owns the list; a test fails when an event of a packaged contract has neither a handler nor a reason.
"""

_PERMISSION = "who may call what; the AccessManager itself answers that"
_CONSTANT = "a parameter of a contract, which its own view answers at any block"
_STANDARD = "a notice of the token standard that no recommendation or reward depends on"
_BOND = "a bond backs signatures, and the contract checks it at the commit"
_PAYOUT = "moves tokens that stopped counting before"

IGNORED: dict[tuple[str, str], str] = {
    **{
        ("AccessManager", name): _PERMISSION
        for name in (
            *("OperationCanceled", "OperationExecuted", "OperationScheduled", "RoleAdminChanged"),
            *("RoleGrantDelayChanged", "RoleGranted", "RoleGuardianChanged", "RoleLabel", "RoleRevoked"),
            *("TargetAdminDelayUpdated", "TargetClosed", "TargetFunctionRoleUpdated"),
        )
    },
    ("FanEngagement", "AuthorityUpdated"): _PERMISSION,
    ("FanEngagement", "BatchOptInSet"): "how an account wants to be paid; whoever pays asks the contract",
    ("FanEngagement", "ClaimSkipped"): "nothing changed for the account",
    ("FanEngagement", "EIP712DomainChanged"): _STANDARD,
    ("FanEngagement", "ParametersSet"): _CONSTANT,
    ("FanEngagement", "SeedFactorsSet"): _CONSTANT,
    ("MusicNFT", "ApprovalForAll"): _STANDARD,
    ("MusicNFT", "AuthorityUpdated"): _PERMISSION,
    ("MusicNFT", "ProceedsWithdrawn"): _PAYOUT,
    ("MusicNFT", "ProtocolFeeSet"): _CONSTANT,
    ("MusicNFT", "URI"): "EditionMinted carries the uri",
    ("RecommendationGraph", "AuthorityUpdated"): _PERMISSION,
    ("RecommendationGraph", "CommitsPaused"): _CONSTANT,
    ("RecommendationGraph", "EIP712DomainChanged"): _STANDARD,
    ("RecommendationGraph", "MinBondSet"): _CONSTANT,
    ("RecommendationGraph", "ParametersSet"): _CONSTANT,
    ("StakingContract", "BondWithdrawn"): _PAYOUT,
    ("StakingContract", "Bonded"): _BOND,
    ("StakingContract", "ParametersSet"): _CONSTANT,
    ("StakingContract", "StakeWithdrawn"): _PAYOUT,
    ("StakingContract", "UnbondingStarted"): _BOND,
    ("TuneToken", "Approval"): _STANDARD,
    ("TuneToken", "DelegateVotesChanged"): "follows from delegations and balances",
    ("TuneToken", "EIP712DomainChanged"): _STANDARD,
    ("TuneToken", "Transfer"): "balances of the token are no part of the graph; stakes are",
}
"""Reason by contract and event name."""
