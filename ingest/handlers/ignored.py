"""Events that make no row, each with the reason.

Owns the list; a test fails when an event of a packaged contract has neither a handler nor a reason.
"""

_PERMISSION = "who may call what; Permissions itself answers that"
_PERMISSION_OF_ARTIST = "what an artist allows; the contract asks for it at the sale"
_CONSTANT = "a parameter of a contract, which its own view answers at any block"
_STANDARD = "a notice of the token standard that no recommendation or reward depends on"
_BOND = "a bond backs signatures, and the contract checks it at the commit"
_VOTES = "follows from delegations and balances"
_PAYOUT_DEMAND = "ether of deposits, which no recommendation or reward depends on"
_PAYOUT_LEDGER = "balances of the ledger, which no recommendation or reward depends on"
_PAYOUT = "moves tokens that stopped counting before"

IGNORED: dict[tuple[str, str], str] = {
    **{
        (contract, name): _PERMISSION
        for contract, names in {
            "Permissions": (
                *("GuardianSet", "OperationCanceled", "OperationExecuted", "OperationScheduled"),
                *("RoleAdminChanged", "RoleGrantDelayChanged", "RoleGranted", "RoleGuardianChanged"),
                *("RoleLabel", "RoleRevoked", "TargetAdminDelayUpdated", "TargetClosed"),
                "TargetFunctionRoleUpdated",
            ),
            "TimelockController": ("RoleAdminChanged", "RoleGranted", "RoleRevoked"),
            "TuneToken": ("AuthorityUpdated", "BridgeLimitsSet"),
            "StakingContract": ("SlasherSet",),
        }.items()
        for name in names
    },
    **{
        ("Governance", name): _CONSTANT
        for name in (
            *("LateQuorumVoteExtensionSet", "ProposalThresholdSet", "QuorumNumeratorUpdated"),
            *("TimelockChange", "VotingDelaySet", "VotingPeriodSet"),
        )
    },
    ("Governance", "EIP712DomainChanged"): _STANDARD,
    **{
        ("TimelockController", name): "Governance tells what is queued, executed and cancelled"
        for name in ("CallExecuted", "CallSalt", "CallScheduled", "Cancelled")
    },
    ("TimelockController", "MinDelayChange"): _CONSTANT,
    ("TuneToken", "CrosschainBurn"): "Transfer tells the same, and is ignored for its own reason",
    ("TuneToken", "CrosschainMint"): "Transfer tells the same, and is ignored for its own reason",
    ("StakingContract", "BountyPaid"): "the event of the challenge that follows tells who got it",
    ("StakingContract", "DelegateVotesChanged"): _VOTES,
    ("StakingContract", "EIP712DomainChanged"): _STANDARD,
    ("FanEngagement", "AuthorityUpdated"): _PERMISSION,
    ("FanEngagement", "BatchOptInSet"): "how an account wants to be paid; whoever pays asks the contract",
    ("FanEngagement", "ClaimSkipped"): "nothing changed for the account",
    ("FanEngagement", "EIP712DomainChanged"): _STANDARD,
    ("FanEngagement", "ParametersSet"): _CONSTANT,
    ("FanEngagement", "SeedFactorsSet"): _CONSTANT,
    **{
        ("Marketplace", name): _PAYOUT_LEDGER
        for name in ("CopiesClaimed", "CopiesHeld", "RefundCredited", "RefundWithdrawn")
    },
    **{
        (contract, name): _CONSTANT
        for contract, names in {
            "DollarPrices": ("DollarFeedSet", "SequencerFeedSet"),
            "Marketplace": ("CurrencySet", "ParametersSet", "ProtocolFeeSet", "TradingPaused"),
        }.items()
        for name in names
    },
    ("DollarPrices", "AuthorityUpdated"): _PERMISSION,
    ("Marketplace", "AuthorityUpdated"): _PERMISSION,
    ("Marketplace", "EIP712DomainChanged"): _STANDARD,
    ("MusicNFT", "ApprovalForAll"): _STANDARD,
    ("MusicNFT", "AuthorityUpdated"): _PERMISSION,
    ("MusicNFT", "ArtistOffered"): "nothing changed until it is taken",
    ("MusicNFT", "DerivationApproved"): _PERMISSION_OF_ARTIST,
    ("MusicNFT", "EIP712DomainChanged"): _STANDARD,
    ("MusicNFT", "MetadataFrozen"): "nothing changed",
    ("MusicNFT", "ParametersSet"): _CONSTANT,
    ("MusicNFT", "VoucherCancelled"): _PERMISSION_OF_ARTIST,
    ("MusicNFT", "VoucherUsed"): "EditionMinted carries the edition",
    ("MusicNFT", "ProtocolFeeSet"): _CONSTANT,
    ("MusicNFT", "URI"): "EditionMinted carries the uri",
    **{
        ("RoyaltyDistributor", name): _PAYOUT_LEDGER
        for name in ("ControlOffered", "Credited", "SplitDistributed", "Swept", "Withdrawn")
    },
    ("RoyaltyDistributor", "EIP712DomainChanged"): _STANDARD,
    ("RecommendationGraph", "AuthorityUpdated"): _PERMISSION,
    ("RecommendationGraph", "CommitsPaused"): _CONSTANT,
    **{
        ("RecommendationGraph", name): _PAYOUT_DEMAND
        for name in (
            *("DepositBurned", "DepositEarned", "DepositReturned"),
            *("EtherWithdrawn", "ExcessCredited"),
        )
    },
    ("RecommendationGraph", "EIP712DomainChanged"): _STANDARD,
    ("RecommendationGraph", "MinDepositSet"): _CONSTANT,
    ("RecommendationGraph", "MinBondSet"): _CONSTANT,
    ("RecommendationGraph", "ParametersSet"): _CONSTANT,
    ("StakingContract", "BondWithdrawn"): _PAYOUT,
    ("StakingContract", "Bonded"): _BOND,
    ("StakingContract", "ParametersSet"): _CONSTANT,
    ("StakingContract", "StakeWithdrawn"): _PAYOUT,
    ("StakingContract", "UnbondingStarted"): _BOND,
    ("TuneToken", "Approval"): _STANDARD,
    ("TuneToken", "DelegateVotesChanged"): _VOTES,
    ("TuneToken", "EIP712DomainChanged"): _STANDARD,
    ("TuneToken", "Transfer"): "balances of the token are no part of the graph; stakes are",
}
"""Reason by contract and event name."""
