// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRoyaltyDistributor} from "./interfaces/IRoyaltyDistributor.sol";
import {SplitContent} from "./royalties/SplitContent.sol";
import {SplitWallet} from "./royalties/SplitWallet.sol";

/// @title One ledger of what is owed to whom
/// @notice What it promises is said in IRoyaltyDistributor.
contract RoyaltyDistributor is IRoyaltyDistributor, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    address private constant ETHER = address(0);

    /// @notice What stands at the address of a split once it was swept.
    address public immutable wallet;

    /// @inheritdoc IRoyaltyDistributor
    uint256 public splitCount;

    /// @dev Hash over all contents ever set, the salt of the next account.
    bytes32 private _history;

    /// @dev Under the zero hash what an account is owed, under another what a split is owed by that content.
    mapping(address account => mapping(bytes32 splitHash => mapping(address currency => uint256))) private _owed;

    /// @dev From which the address of a split was derived.
    mapping(address account => bytes32) private _saltOf;

    /// @inheritdoc IRoyaltyDistributor
    mapping(address account => uint256) public numberOf;

    /// @inheritdoc IRoyaltyDistributor
    mapping(address account => bytes32) public splitHashOf;

    /// @inheritdoc IRoyaltyDistributor
    mapping(address account => uint256) public consentNonceOf;

    /// @inheritdoc IRoyaltyDistributor
    mapping(address account => address) public pendingControllerOf;

    constructor() EIP712("TuneFi RoyaltyDistributor", "1") {
        wallet = address(new SplitWallet());
    }

    /// @dev Only the wallets of splits send ether, while they are swept.
    receive() external payable {
        if (!isSplit(msg.sender)) revert EtherRefused(msg.sender);
    }

    /// @inheritdoc IRoyaltyDistributor
    function deposit(address currency, Credit[] calldata credits) external payable nonReentrant {
        uint256 sum = 0;
        for (uint256 i = 0; i < credits.length; ++i) {
            sum += credits[i].amount;
        }
        if (currency == ETHER) {
            if (msg.value != sum) revert WrongValue(msg.value, sum);
        } else {
            uint256 arrived = _pull(currency, sum);
            if (arrived < sum) revert ShortDeposit(currency, arrived, sum);
        }
        for (uint256 i = 0; i < credits.length; ++i) {
            _credit(credits[i].account, currency, credits[i].amount, msg.sender);
        }
    }

    /// @inheritdoc IRoyaltyDistributor
    function depositReceived(address account, address currency, uint256 amount)
        external
        payable
        nonReentrant
        returns (uint256 credited)
    {
        if (currency != ETHER) credited = _pull(currency, amount);
        else if (msg.value == amount) credited = amount;
        else revert WrongValue(msg.value, amount);
        _credit(account, currency, credited, msg.sender);
    }

    /// @inheritdoc IRoyaltyDistributor
    function withdraw(address currency, address to) external nonReentrant returns (uint256 amount) {
        return _withdraw(msg.sender, currency, to);
    }

    /// @inheritdoc IRoyaltyDistributor
    function withdrawFor(address account, address currency) external nonReentrant returns (uint256 amount) {
        return _withdraw(account, currency, account);
    }

    /// @inheritdoc IRoyaltyDistributor
    function createSplit(Split calldata split) external returns (address account) {
        uint256 number = ++splitCount;
        bytes32 splitHash = _checkContent(split, number);
        bytes32 salt = _grow(splitHash, number);
        account = Clones.predictDeterministicAddress(wallet, salt);
        _saltOf[account] = salt;
        numberOf[account] = number;
        splitHashOf[account] = splitHash;
        emit SplitCreated(account, number, splitHash, split);
    }

    /// @inheritdoc IRoyaltyDistributor
    function updateSplit(address account, Split calldata current, Split calldata next) external nonReentrant {
        _checkController(account, current);
        if (next.rule == Rule.Controller && next.controller != current.controller) {
            revert ControllerChanged(current.controller, next.controller);
        }
        _update(account, next);
    }

    /// @inheritdoc IRoyaltyDistributor
    function updateSplitByConsent(
        address account,
        Split calldata current,
        Split calldata next,
        Consent[] calldata consents,
        uint64 deadline
    ) external nonReentrant {
        _checkCurrent(account, current);
        if (current.rule != Rule.Consent) revert RuleIs(current.rule);
        if (block.timestamp > deadline) revert ConsentExpired(deadline);
        bytes32 digest = _consentDigest(account, next, consentNonceOf[account], deadline);
        uint256 parts = _consentingParts(digest, current.recipients, consents);
        if (parts < current.threshold) revert TooFewParts(parts, current.threshold);
        _update(account, next);
    }

    /// @inheritdoc IRoyaltyDistributor
    function offerControl(address account, Split calldata current, address newController) external {
        _checkController(account, current);
        pendingControllerOf[account] = newController;
        emit ControlOffered(account, msg.sender, newController);
    }

    /// @inheritdoc IRoyaltyDistributor
    function acceptControl(address account, Split calldata current) external nonReentrant {
        _checkCurrent(account, current);
        if (pendingControllerOf[account] != msg.sender) revert ControlNotOffered(account, msg.sender);
        Split memory next = current;
        next.controller = msg.sender;
        _update(account, next);
    }

    /// @inheritdoc IRoyaltyDistributor
    function distribute(address account, Split calldata split, address currency)
        external
        nonReentrant
        returns (uint256 amount)
    {
        bytes32 splitHash = SplitContent.hash(split);
        amount = _owed[account][splitHash][currency];
        if (amount == 0) revert NothingOwed(account, currency);
        _owed[account][splitHash][currency] = 0;
        uint256 left = amount;
        uint256[] memory shares = new uint256[](split.recipients.length);
        for (uint256 i = 0; i < shares.length; ++i) {
            shares[i] = Math.mulDiv(amount, split.recipients[i].parts, SplitContent.WHOLE);
            left -= shares[i];
        }
        shares[split.remainder] += left;
        emit SplitDistributed(account, currency, splitHash, amount);
        for (uint256 i = 0; i < shares.length; ++i) {
            _credit(split.recipients[i].account, currency, shares[i], account);
        }
    }

    /// @inheritdoc IRoyaltyDistributor
    function sweep(address account, address currency) external nonReentrant returns (uint256 amount) {
        if (!isSplit(account)) revert UnknownSplit(account);
        amount = _sweep(account, currency);
        // slither-disable-next-line incorrect-equality (a gift makes it more than nothing, and is swept)
        if (amount == 0) revert NothingOwed(account, currency);
    }

    /// @inheritdoc IRoyaltyDistributor
    function balanceOf(address account, address currency) external view returns (uint256) {
        return _owed[account][splitHashOf[account]][currency];
    }

    /// @inheritdoc IRoyaltyDistributor
    function balanceUnder(address account, bytes32 splitHash, address currency) external view returns (uint256) {
        return _owed[account][splitHash][currency];
    }

    /// @inheritdoc IRoyaltyDistributor
    function consentDigest(address account, Split calldata next, uint256 nonce, uint64 deadline)
        external
        view
        returns (bytes32)
    {
        return _consentDigest(account, next, nonce, deadline);
    }

    /// @inheritdoc IRoyaltyDistributor
    function hashSplit(Split calldata split) external pure returns (bytes32) {
        return SplitContent.hash(split);
    }

    /// @inheritdoc IRoyaltyDistributor
    function isSplit(address account) public view returns (bool) {
        return numberOf[account] != 0;
    }

    function _withdraw(address account, address currency, address to) private returns (uint256 amount) {
        if (to == address(0)) revert ZeroAddress();
        if (isSplit(account)) revert AccountIsSplit(account);
        amount = _owed[account][bytes32(0)][currency];
        if (amount == 0) revert NothingOwed(account, currency);
        _owed[account][bytes32(0)][currency] = 0;
        emit Withdrawn(account, currency, to, amount);
        if (to == address(this)) revert PaymentFailed(to, amount);
        if (currency != ETHER) IERC20(currency).safeTransfer(to, amount);
        else if (!LowLevelCall.callNoReturn(to, amount, "")) revert PaymentFailed(to, amount);
    }

    /// @dev What arrives is what the balance grows by; a token that calls back cannot enter here again meanwhile.
    function _pull(address currency, uint256 amount) private returns (uint256) {
        if (msg.value != 0) revert WrongValue(msg.value, 0);
        if (amount == 0) return 0;
        uint256 before = IERC20(currency).balanceOf(address(this));
        IERC20(currency).safeTransferFrom(msg.sender, address(this), amount);
        return Math.saturatingSub(IERC20(currency).balanceOf(address(this)), before);
    }

    function _credit(address account, address currency, uint256 amount, address from) private {
        // slither-disable-next-line incorrect-equality (nothing came, nothing is booked)
        if (amount == 0) return;
        if (account == address(0)) revert ZeroAddress();
        bytes32 splitHash = splitHashOf[account];
        _owed[account][splitHash][currency] += amount;
        emit Credited(account, currency, splitHash, amount, from);
    }

    function _sweep(address account, address currency) private returns (uint256 amount) {
        uint256 lying = currency == ETHER ? account.balance : IERC20(currency).balanceOf(account);
        // slither-disable-next-line incorrect-equality (a gift makes it more than nothing, and is swept)
        if (lying == 0) return 0;
        // The account was derived from the history after its own content; nothing else can stand there.
        // slither-disable-next-line unused-return (the address is `account`)
        if (account.code.length == 0) Clones.cloneDeterministic(wallet, _saltOf[account]);
        uint256 before = currency == ETHER ? 0 : IERC20(currency).balanceOf(address(this));
        // slither-disable-next-line reentrancy-benign (what can be entered meanwhile touches no balance)
        SplitWallet(payable(account)).release(currency, lying);
        amount = currency == ETHER ? lying : Math.saturatingSub(IERC20(currency).balanceOf(address(this)), before);
        _credit(account, currency, amount, account);
        emit Swept(account, currency, amount);
    }

    function _update(address account, Split memory next) private {
        uint256 number = numberOf[account];
        bytes32 splitHash = _checkContent(next, number);
        // slither-disable-next-line reentrancy-no-eth,reentrancy-benign (our wallet pays us; no other code runs)
        _sweep(account, ETHER);
        bytes32 previousHash = splitHashOf[account];
        _grow(splitHash, number);
        splitHashOf[account] = splitHash;
        delete pendingControllerOf[account];
        emit SplitUpdated(account, previousHash, splitHash, ++consentNonceOf[account], next);
    }

    function _grow(bytes32 splitHash, uint256 number) private returns (bytes32 history) {
        history = keccak256(abi.encode(_history, splitHash, number));
        _history = history;
    }

    function _consentingParts(bytes32 digest, Recipient[] calldata recipients, Consent[] calldata consents)
        private
        view
        returns (uint256 parts)
    {
        uint256 least = 0;
        for (uint256 i = 0; i < consents.length; ++i) {
            uint256 position = consents[i].recipient;
            if (position < least || position >= recipients.length) revert ConsentsNotAscending(i);
            least = position + 1;
            address recipient = recipients[position].account;
            if (!SignatureChecker.isValidSignatureNowCalldata(recipient, digest, consents[i].signature)) {
                revert InvalidConsent(recipient);
            }
            parts += recipients[position].parts;
        }
    }

    function _checkController(address account, Split calldata current) private view {
        _checkCurrent(account, current);
        if (current.rule != Rule.Controller) revert RuleIs(current.rule);
        if (current.controller != msg.sender) revert NotSplitController(account, msg.sender);
    }

    function _checkCurrent(address account, Split calldata current) private view {
        bytes32 splitHash = splitHashOf[account];
        if (splitHash == bytes32(0)) revert UnknownSplit(account);
        bytes32 passed = SplitContent.hash(current);
        if (passed != splitHash) revert WrongSplit(account, splitHash, passed);
    }

    /// @dev Returns the content's hash. `number` is the split's own: recipients that are splits have lower ones.
    function _checkContent(Split memory split, uint256 number) private view returns (bytes32) {
        SplitContent.check(split);
        uint256 signable = 0;
        for (uint256 i = 0; i < split.recipients.length; ++i) {
            uint256 other = numberOf[split.recipients[i].account];
            if (other >= number) revert SplitNotEarlier(split.recipients[i].account);
            if (other == 0) signable += split.recipients[i].parts;
        }
        if (split.rule == Rule.Consent && signable < split.threshold) {
            revert ThresholdUnreachable(signable, split.threshold);
        }
        return SplitContent.hash(split);
    }

    function _consentDigest(address account, Split memory next, uint256 nonce, uint64 deadline)
        private
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(SplitContent.hashUpdate(account, next, nonce, deadline));
    }
}
