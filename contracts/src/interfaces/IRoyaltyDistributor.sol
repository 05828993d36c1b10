// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title One ledger of what is owed to whom, and splits that are accounts in it
/// @notice Whoever owes money to several people deposits it here in one call; each of them takes it out when it wants
/// to, so that nobody can block anybody. A split is an account whose money belongs to its recipients by shares.
/// @dev Currency zero is ether. No role: nobody can touch what is owed to another. For each currency, what came in less
/// what went out is the sum of all balances. Money that lies at the address of a split, paid there by someone who does
/// not know this contract, enters the ledger by {sweep}.
interface IRoyaltyDistributor {
    /// @notice Who may change a split.
    /// @dev Frozen: nobody. Controller: one account, which can hand control over. Consent: recipients with enough parts,
    /// by signatures.
    enum Rule {
        Frozen,
        Controller,
        Consent
    }

    /// @notice An amount for an account.
    struct Credit {
        address account;
        uint256 amount;
    }

    /// @notice One recipient of a split.
    /// @param account Who gets it: an account, or a split created before this one.
    /// @param parts Its share in parts of 1,000,000.
    struct Recipient {
        address account;
        uint32 parts;
    }

    /// @notice The content of a split; only its hash is stored.
    /// @param recipients At most 100, strictly ascending by account; their parts sum to exactly 1,000,000.
    /// @param remainder Position of the recipient that also gets what rounding leaves.
    /// @param rule Who may change the split.
    /// @param controller Who may change it under Rule.Controller; zero under the others.
    /// @param threshold Parts that have to consent under Rule.Consent, more than half of all; zero under the others.
    struct Split {
        Recipient[] recipients;
        uint8 remainder;
        Rule rule;
        address controller;
        uint32 threshold;
    }

    /// @notice A recipient's signature over `SplitUpdate`.
    /// @param recipient Its position in the present content.
    /// @param signature By its key, or valid for it by EIP-1271.
    struct Consent {
        uint8 recipient;
        bytes signature;
    }

    /// @notice An account is owed more.
    /// @param account Whose it is.
    /// @param currency Token, or zero for ether.
    /// @param splitHash Zero, or, when the account is a split, the content by which it will be paid.
    /// @param amount How much more.
    /// @param from Who paid it in, or the split that distributed it.
    event Credited(
        address indexed account, address indexed currency, bytes32 indexed splitHash, uint256 amount, address from
    );

    /// @notice An account was paid all that it was owed in a currency.
    event Withdrawn(address indexed account, address indexed currency, address to, uint256 amount);

    /// @notice A split exists from now on. Numbers count from 1.
    event SplitCreated(address indexed account, uint256 indexed number, bytes32 indexed splitHash, Split split);

    /// @notice A split has another content from now on; what it was owed until now is paid by the previous one.
    /// @param nonce The nonce that the next consent has to carry.
    event SplitUpdated(
        address indexed account, bytes32 indexed previousHash, bytes32 indexed splitHash, uint256 nonce, Split split
    );

    /// @notice The controller of a split offers control to another account, or, with zero, takes its offer back.
    event ControlOffered(address indexed account, address indexed controller, address indexed newController);

    /// @notice What a split was owed under one content went to its recipients, each in an event `Credited`.
    event SplitDistributed(
        address indexed account, address indexed currency, bytes32 indexed splitHash, uint256 amount
    );

    /// @notice What lay at the address of a split entered the ledger, in an event `Credited` before this one.
    event Swept(address indexed account, address indexed currency, uint256 amount);

    /// @notice The zero address cannot be used here.
    error ZeroAddress();

    /// @notice The ether sent is not what this call needs.
    error WrongValue(uint256 sent, uint256 needed);

    /// @notice Less of the token arrived than was announced; use `depositReceived` for a token that takes a fee.
    error ShortDeposit(address currency, uint256 arrived, uint256 announced);

    /// @notice Nothing is owed, or nothing lies there.
    error NothingOwed(address account, address currency);

    /// @notice The account did not take the ether; the owner can name another.
    error PaymentFailed(address to, uint256 amount);

    /// @notice Ether comes in by a deposit or by `sweep` only.
    error EtherRefused(address sender);

    /// @notice A split is paid out by `distribute`.
    error AccountIsSplit(address account);

    /// @notice There is no such split.
    error UnknownSplit(address account);

    /// @notice The content that was passed is not the present one.
    error WrongSplit(address account, bytes32 splitHash, bytes32 passed);

    /// @notice There are no recipients, or more than 100.
    error WrongRecipientCount(uint256 count);

    /// @notice Recipients do not strictly ascend by account, beginning above zero.
    error RecipientsNotAscending(uint256 position);

    /// @notice A recipient has no parts.
    error NoParts(uint256 position);

    /// @notice The parts do not sum to 1,000,000.
    error WrongSum(uint256 sum);

    /// @notice A recipient is a split that was not created before this one; money would run in a loop.
    error SplitNotEarlier(address recipient);

    /// @notice The recipient named for the remainder is not in the list.
    error UnknownRemainder(uint8 remainder);

    /// @notice Controller or threshold do not fit the rule, or the threshold is not above half.
    error WrongRule();

    /// @notice Recipients that are splits cannot sign, and the others have fewer parts than the threshold.
    error ThresholdUnreachable(uint256 signable, uint32 threshold);

    /// @notice The split is changed by another rule.
    error RuleIs(Rule rule);

    /// @notice The caller does not control the split.
    error NotSplitController(address account, address caller);

    /// @notice Control was not offered to the caller.
    error ControlNotOffered(address account, address caller);

    /// @notice Another controller is named by `offerControl` and `acceptControl`.
    error ControllerChanged(address controller, address newController);

    /// @notice The consents are too old.
    error ConsentExpired(uint64 deadline);

    /// @notice Consents do not strictly ascend by recipient, or one names nobody.
    error ConsentsNotAscending(uint256 position);

    /// @notice The signature is not that recipient's, for this change.
    error InvalidConsent(address recipient);

    /// @notice Those who consented have too few parts.
    error TooFewParts(uint256 parts, uint32 threshold);

    /// @notice Credits several accounts at once. Callable by everyone with its own money.
    /// @dev Ether: the value sent is the sum of the amounts. A token: the sum is pulled from the caller, who approved it;
    /// reverts when less arrives. An amount of zero is left out.
    function deposit(address currency, Credit[] calldata credits) external payable;

    /// @notice Credits one account with what arrives. For tokens that take a fee. Callable by everyone with its own money.
    /// @param amount Ether: the value sent. A token: what is pulled from the caller, who approved it.
    /// @return credited What arrived.
    function depositReceived(address account, address currency, uint256 amount)
        external
        payable
        returns (uint256 credited);

    /// @notice Pays all that the caller is owed in a currency. Callable by everyone for itself.
    function withdraw(address currency, address to) external returns (uint256 amount);

    /// @notice Pays all that an account is owed in a currency, to that account. Callable by everyone.
    function withdrawFor(address account, address currency) external returns (uint256 amount);

    /// @notice Creates a split. Callable by everyone.
    /// @return account Its account, which can be credited, or paid directly and then swept. It cannot be foreseen before
    /// the transaction: it depends on every content set before, so that no earlier split can name a later one.
    function createSplit(Split calldata split) external returns (address account);

    /// @notice Changes a split under Rule.Controller. Callable by its controller.
    /// @dev Ether that lies at the account is swept under the present content first. Sweep tokens before, if any.
    /// @param current The present content.
    /// @param next What it is from now on; it names the same controller, or another rule.
    function updateSplit(address account, Split calldata current, Split calldata next) external;

    /// @notice Changes a split under Rule.Consent. Callable by everyone who has the signatures.
    /// @param consents Strictly ascending by recipient.
    /// @param deadline The last second at which the consents count.
    function updateSplitByConsent(
        address account,
        Split calldata current,
        Split calldata next,
        Consent[] calldata consents,
        uint64 deadline
    ) external;

    /// @notice Offers control of a split; zero takes the offer back. Callable by its controller.
    function offerControl(address account, Split calldata current, address newController) external;

    /// @notice Takes control of a split: its content names the caller as controller. Callable by whom it was offered to.
    function acceptControl(address account, Split calldata current) external;

    /// @notice Credits the recipients of a split with what it is owed under one of its contents. Callable by everyone.
    /// @param split The content under which the money came, present or past.
    function distribute(address account, Split calldata split, address currency) external returns (uint256 amount);

    /// @notice Moves what lies at the address of a split into the ledger, under its present content. Callable by everyone.
    /// @return amount What arrived.
    function sweep(address account, address currency) external returns (uint256 amount);

    /// @notice What an account is owed; for a split, what it is owed under its present content.
    function balanceOf(address account, address currency) external view returns (uint256);

    /// @notice What a split is owed under one of its contents.
    function balanceUnder(address account, bytes32 splitHash, address currency) external view returns (uint256);

    /// @notice Whether the account is a split.
    function isSplit(address account) external view returns (bool);

    /// @notice How many splits exist; numbers run from 1 to this.
    function splitCount() external view returns (uint256);

    /// @notice The number of a split; zero when the account is none.
    function numberOf(address account) external view returns (uint256);

    /// @notice The hash of a split's present content; zero when the account is none.
    function splitHashOf(address account) external view returns (bytes32);

    /// @notice The nonce that a consent to change this split has to carry.
    function consentNonceOf(address account) external view returns (uint256);

    /// @notice Whom control of this split is offered to, or zero.
    function pendingControllerOf(address account) external view returns (address);

    /// @notice The hash of a content: the EIP-712 hash of `Split`.
    function hashSplit(Split calldata split) external pure returns (bytes32);

    /// @notice What a recipient signs to consent to a change.
    function consentDigest(address account, Split calldata next, uint256 nonce, uint64 deadline)
        external
        view
        returns (bytes32);
}
