// The generated parts of docs/contracts/gas.md: pure functions from figures and sizes to Markdown.

/** The figures that have limits: gas of a whole transaction, after refunds, in trees of 100,000 leaves. */
export const FIGURES = {
  claim_first: { limit: 108_000, call: "FanEngagement.claim", what: "to an account that holds no TuneToken yet" },
  claim_later: { limit: 74_000, call: "FanEngagement.claim", what: "to an account that was paid before" },
  push_per_account: {
    limit: 40_000,
    call: "FanEngagement.claimBatch",
    what: "a batch of 100 accounts paid before, of which one fails; for each of the 99",
  },
  commit_3: {
    limit: 150_000,
    call: "RecommendationGraph.commit",
    what: "three signatures, reference block within 256",
  },
  challenge_omission: {
    limit: 250_000,
    call: "RecommendationGraph.challengeOmission",
    what: "D = 128, K = 20, 100 exclusions; three signers slashed and removed, bounty, burn",
  },
  listing: { limit: 60_000, call: "Marketplace.list", what: "for ether, not escrowed" },
  purchase: {
    limit: 160_000,
    call: "Marketplace.fill",
    what: "a signed order in ether, buyer without the edition, royalty to a split; all three are owed something before",
  },
};

const MAX_SIZE = 24_576;

/** Leaves and the siblings of a proof, by the suffix of a figure's name. */
const TREES = { "": ["100,000", 17], _1m: ["1 M", 20], _100m: ["100 M", 27] };

const IN_EXECUTE = "within `execute`, as a decision";
const BY_PERMISSIONS = "called by Permissions alone, within `updateAuthority`";
const REFUSES = "refuses whatever is sent";

/** Functions that are no transaction of their own, and why. */
const NOT_CALLED = {
  "FanEngagement.setAuthority": BY_PERMISSIONS,
  "Governance.onERC1155BatchReceived": REFUSES,
  "Governance.onERC1155Received": REFUSES,
  "Governance.onERC721Received": REFUSES,
  "Governance.relay": IN_EXECUTE,
  "Governance.setLateQuorumVoteExtension": IN_EXECUTE,
  "Governance.setProposalThreshold": IN_EXECUTE,
  "Governance.setVotingDelay": IN_EXECUTE,
  "Governance.setVotingPeriod": IN_EXECUTE,
  "Governance.updateQuorumNumerator": IN_EXECUTE,
  "Governance.updateTimelock": IN_EXECUTE,
  "Marketplace.setAuthority": BY_PERMISSIONS,
  "MusicNFT.setAuthority": BY_PERMISSIONS,
  "RecommendationGraph.setAuthority": BY_PERMISSIONS,
  "TuneToken.setAuthority": BY_PERMISSIONS,
};

function gas(value) {
  return value.toLocaleString("en-US");
}

function table(head, rows) {
  const lines = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function figuresTable(figures) {
  const rows = Object.entries(FIGURES).map(([name, { limit, call, what }]) => [
    `\`${name}\`: \`${call}\`, ${what}`,
    gas(figures[name]),
    gas(limit),
  ]);
  return table(["figure", "gas", "limit"], rows);
}

/** What one more sibling costs: the calldata of a hash, and hashing. */
function perSibling(name, figures) {
  return (figures[`${name}_100m`] - figures[`${name}_1m`]) / (TREES._100m[1] - TREES._1m[1]);
}

function treesTable(figures) {
  const measured = ["claim_first", "claim_later", "challenge_omission"].map((name) => [
    `\`${name}\``,
    ...Object.keys(TREES).map((suffix) => gas(figures[name + suffix])),
    gas(Math.round(perSibling(name, figures))),
  ]);
  const each = perSibling("claim_later", figures);
  const push = Object.values(TREES).map(([, siblings]) =>
    gas(Math.round(figures.push_per_account + each * (siblings - TREES[""][1]))),
  );
  const head = Object.values(TREES).map(([leaves, siblings]) => `${leaves} leaves, ${siblings} siblings`);
  return table(
    ["figure", ...head, "for each level"],
    [...measured, ["`push_per_account`", ...push, gas(Math.round(each))]],
  );
}

/** The figure of a function: its own, or the named one that is dearest. */
function figureOf(call, figures) {
  if (call in figures) return gas(figures[call]);
  const named = Object.keys(FIGURES).filter((name) => FIGURES[name].call === call);
  return named.map((name) => `\`${name}\` ${gas(figures[name])}`).join(", ");
}

function functionsTable(contract, names, figures) {
  const rows = names
    .filter((name) => !(`${contract}.${name}` in NOT_CALLED))
    .map((name) => [`\`${name}\``, figureOf(`${contract}.${name}`, figures)]);
  return `### ${contract}\n${table(["function", "gas"], rows)}`;
}

function notCalledList() {
  return [IN_EXECUTE, BY_PERMISSIONS, REFUSES]
    .map((reason) => {
      const calls = Object.keys(NOT_CALLED).filter((call) => NOT_CALLED[call] === reason);
      return `- ${reason}: ${calls.map((call) => `\`${call}\``).join(", ")}`;
    })
    .join("\n");
}

function sizesTable(sizes) {
  const rows = Object.entries(sizes).map(([name, size]) => [name, gas(size), gas(MAX_SIZE - size)]);
  return table(["contract", "bytes", "left"], rows);
}

/** What stands between the markers, by name. */
export function buildParts(figures, functions, sizes) {
  return {
    figures: figuresTable(figures),
    trees: treesTable(figures),
    functions: Object.entries(functions)
      .map(([contract, names]) => functionsTable(contract, names, figures))
      .join("\n\n"),
    "not-called": notCalledList(),
    sizes: sizesTable(sizes),
  };
}

/** The page with its generated parts replaced; throws where a part's markers are missing. */
export function fillPage(page, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- gas:${name} -->\n`, `\n<!-- /gas:${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/contracts/gas.md has no markers of gas:${name}`);
    return text.slice(0, from + start.length) + part + text.slice(to);
  }, page);
}

/** Functions that change something and have neither a figure nor a reason for having none. */
export function unmeasured(functions, figures) {
  const named = new Set(Object.values(FIGURES).map(({ call }) => call));
  return Object.entries(functions)
    .flatMap(([contract, names]) => names.map((name) => `${contract}.${name}`))
    .filter((call) => !(call in figures) && !named.has(call) && !(call in NOT_CALLED));
}
