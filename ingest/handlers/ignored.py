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


def _because(reason: str, **events: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Return the reason by contract and name, for several events that share it."""
    return {(contract, name): reason for contract, names in events.items() for name in names}


IGNORED: dict[tuple[str, str], str] = {
    **_because(
        _PERMISSION,
        DollarPrices=("AuthorityUpdated",),
        FanEngagement=("AuthorityUpdated",),
        Marketplace=("AuthorityUpdated",),
        MusicNFT=("AuthorityUpdated",),
        Permissions=(
            "GuardianSet",
            "OperationCanceled",
            "OperationExecuted",
            "OperationScheduled",
            "RoleAdminChanged",
            "RoleGrantDelayChanged",
            "RoleGranted",
            "RoleGuardianChanged",
            "RoleLabel",
            "RoleRevoked",
            "TargetAdminDelayUpdated",
            "TargetClosed",
            "TargetFunctionRoleUpdated",
        ),
        RecommendationGraph=("AuthorityUpdated",),
        StakingContract=("SlasherSet",),
        TimelockController=(
            "RoleAdminChanged",
            "RoleGranted",
            "RoleRevoked",
        ),
        TuneToken=(
            "AuthorityUpdated",
            "BridgeLimitsSet",
        ),
    ),
    **_because(
        _CONSTANT,
        DollarPrices=(
            "DollarFeedSet",
            "SequencerFeedSet",
        ),
        FanEngagement=(
            "ParametersSet",
            "SeedFactorsSet",
        ),
        Governance=(
            "LateQuorumVoteExtensionSet",
            "ProposalThresholdSet",
            "QuorumNumeratorUpdated",
            "TimelockChange",
            "VotingDelaySet",
            "VotingPeriodSet",
        ),
        Marketplace=(
            "CurrencySet",
            "ParametersSet",
            "ProtocolFeeSet",
            "TradingPaused",
        ),
        MusicNFT=(
            "ParametersSet",
            "ProtocolFeeSet",
        ),
        RecommendationGraph=(
            "CommitsPaused",
            "MinBondSet",
            "MinDepositSet",
            "ParametersSet",
        ),
        StakingContract=("ParametersSet",),
        TimelockController=("MinDelayChange",),
    ),
    **_because(
        _STANDARD,
        FanEngagement=("EIP712DomainChanged",),
        Governance=("EIP712DomainChanged",),
        Marketplace=("EIP712DomainChanged",),
        MusicNFT=(
            "ApprovalForAll",
            "EIP712DomainChanged",
        ),
        RecommendationGraph=("EIP712DomainChanged",),
        RoyaltyDistributor=("EIP712DomainChanged",),
        StakingContract=("EIP712DomainChanged",),
        TuneToken=(
            "Approval",
            "EIP712DomainChanged",
        ),
    ),
    **_because(
        "Governance tells what is queued, executed and cancelled",
        TimelockController=(
            "CallExecuted",
            "CallSalt",
            "CallScheduled",
            "Cancelled",
        ),
    ),
    **_because(
        "Transfer tells the same, and is ignored for its own reason",
        TuneToken=(
            "CrosschainBurn",
            "CrosschainMint",
        ),
    ),
    ("StakingContract", "BountyPaid"): "the event of the challenge that follows tells who got it",
    **_because(_VOTES, StakingContract=("DelegateVotesChanged",), TuneToken=("DelegateVotesChanged",)),
    ("FanEngagement", "BatchOptInSet"): "how an account wants to be paid; whoever pays asks the contract",
    ("FanEngagement", "ClaimSkipped"): "nothing changed for the account",
    **_because(
        _PAYOUT_LEDGER,
        Marketplace=(
            "CopiesClaimed",
            "CopiesHeld",
            "RefundCredited",
            "RefundWithdrawn",
        ),
        RoyaltyDistributor=(
            "ControlOffered",
            "Credited",
            "SplitDistributed",
            "Swept",
            "Withdrawn",
        ),
    ),
    ("MusicNFT", "ArtistOffered"): "nothing changed until it is taken",
    **_because(
        _PERMISSION_OF_ARTIST,
        MusicNFT=(
            "DerivationApproved",
            "VoucherCancelled",
        ),
    ),
    ("MusicNFT", "MetadataFrozen"): "nothing changed",
    ("MusicNFT", "VoucherUsed"): "EditionMinted carries the edition",
    ("MusicNFT", "URI"): "EditionMinted carries the uri",
    **_because(
        _PAYOUT_DEMAND,
        RecommendationGraph=(
            "DepositBurned",
            "DepositEarned",
            "DepositReturned",
            "EtherWithdrawn",
            "ExcessCredited",
        ),
    ),
    **_because(
        _PAYOUT,
        StakingContract=(
            "BondWithdrawn",
            "StakeWithdrawn",
        ),
    ),
    **_because(
        _BOND,
        StakingContract=(
            "Bonded",
            "UnbondingStarted",
        ),
    ),
    ("TuneToken", "Transfer"): "balances of the token are no part of the graph; stakes are",
}
"""Reason by contract and event name."""
