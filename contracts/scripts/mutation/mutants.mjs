// Every way in which one operator, constant, condition, modifier or statement of a source file is made wrong.
// Places come from the compiler's own syntax tree, so that neither comments nor strings are touched.
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");

const OPERATORS = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "|=": ["&="],
  "&=": ["|="],
  "++": ["--"],
  "--": ["++"],
};

/** The syntax tree of one file; no import is read. */
function parse(source) {
  const input = {
    language: "Solidity",
    sources: { file: { content: source } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  return JSON.parse(solc.compile(JSON.stringify(input))).sources.file.ast;
}

/** Where a node begins and ends, in bytes. */
function span(node) {
  const [start, length] = node.src.split(":").map(Number);
  return [start, start + length];
}

function* walk(node, parents = []) {
  if (Array.isArray(node)) {
    for (const child of node) yield* walk(child, parents);
  } else if (node && typeof node === "object") {
    if (node.nodeType) yield [node, parents];
    const below = node.nodeType ? [...parents, node] : parents;
    for (const child of Object.values(node)) yield* walk(child, below);
  }
}

/** The operator's place between two ends, past blanks, brackets and comments. */
function operatorAt(bytes, [from, to], operator) {
  const between = bytes.subarray(from, to).toString("latin1");
  const bare = between.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => " ".repeat(comment.length));
  const at = bare.indexOf(operator);
  return at < 0 ? [] : [from + at, from + at + operator.length];
}

function swapped(bytes, gap, operator) {
  const place = operatorAt(bytes, gap, operator);
  return place.length === 0 ? [] : (OPERATORS[operator] ?? []).map((other) => ({ place, text: other, rule: "operator" }));
}

function ofUnary(bytes, node) {
  const [start, end] = span(node);
  const [from, to] = span(node.subExpression);
  if (node.operator === "!" || node.operator === "-") return [{ place: [start, from], text: "", rule: "operator" }];
  return swapped(bytes, node.prefix ? [start, from] : [to, end], node.operator);
}

function ofLiteral(node) {
  const place = span(node);
  if (node.kind === "bool") return [{ place, text: node.value === "true" ? "false" : "true", rule: "constant" }];
  if (node.kind !== "number" || /^0x[0-9a-fA-F]{40}$/.test(node.value)) return [];
  return [{ place, text: `(${node.value} + 1)`, rule: "constant" }];
}

/** Statements that change something, and what guards them; the tree leaves their semicolon out. */
function ofStatement(node) {
  const [start, end] = span(node);
  const event = node.nodeType === "EmitStatement";
  const require = node.expression?.nodeType === "FunctionCall" && node.expression.expression.name === "require";
  const rule = event ? "event left out" : require ? "require left out" : "statement left out";
  return [{ place: [start, end + 1], text: "{}", rule }];
}

/** A guard that always reverts is found by every test, so that only its absence is tried. */
function ofIf(node) {
  const place = span(node.condition);
  const never = { place, text: "false", rule: "condition never" };
  const always = { place, text: "true", rule: "condition always" };
  const body = node.trueBody?.statements?.[0] ?? node.trueBody;
  return body?.nodeType === "RevertStatement" ? [never] : [never, always];
}

const RULES = {
  BinaryOperation: (bytes, node) => swapped(bytes, [span(node.leftExpression)[1], span(node.rightExpression)[0]], node.operator),
  Assignment: (bytes, node) => swapped(bytes, [span(node.leftHandSide)[1], span(node.rightHandSide)[0]], node.operator),
  UnaryOperation: ofUnary,
  Literal: (_, node) => ofLiteral(node),
  IfStatement: (_, node) => ofIf(node),
  Conditional: (_, node) => ofIf(node),
  ExpressionStatement: (_, node) => ofStatement(node),
  EmitStatement: (_, node) => ofStatement(node),
  ModifierInvocation: (_, node) => [{ place: span(node), text: "", rule: "modifier left out" }],
};

/** A constructor's calls of its parents are no modifiers, widths of arrays are types, a loop without its step never ends. */
function isOutside(node, parents) {
  const around = parents.map((parent) => parent.nodeType);
  if (around.includes("ArrayTypeName") || around.includes("InheritanceSpecifier")) return true;
  const inside = parents.at(-1);
  if (inside?.loopExpression === node) return true;
  return node.nodeType === "ModifierInvocation" && inside.kind === "constructor";
}

/** The line of a place, with the place in marks: what is in it on that line. */
function markedLine(bytes, from, to) {
  const start = bytes.lastIndexOf("\n", from - 1) + 1;
  const newline = bytes.indexOf("\n", from);
  const end = newline < 0 ? bytes.length : newline;
  const text = (a, b) => bytes.subarray(a, b).toString("utf8");
  return `${text(start, from)}«${text(from, Math.min(to, end))}»${text(Math.min(to, end), end)}`.trim();
}

/**
 * The mutants of one file, in the order of its text.
 * @param {string} file path below contracts/, part of each mutant's name
 * @param {string} source its text
 */
export function findMutants(file, source) {
  const bytes = Buffer.from(source, "utf8");
  const found = [];
  const seen = new Map();
  for (const [node, parents] of walk(parse(source))) {
    if (!RULES[node.nodeType] || isOutside(node, parents)) continue;
    for (const { place, text, rule } of RULES[node.nodeType](bytes, node)) {
      const [from, to] = place;
      const line = bytes.subarray(0, from).toString("utf8").split("\n").length;
      const code = markedLine(bytes, from, to);
      const change = `${bytes.subarray(from, to).toString("utf8").replace(/\s+/g, " ")} → ${text || "∅"}`;
      // The name holds no line number: a mutant stays the same when lines are added above it.
      const name = `${file}: ${code} → ${text || "∅"}`;
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      const mutated = Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(to)]).toString("utf8");
      found.push({ name: count ? `${name} (${count + 1})` : name, file, line, code, rule, change, from, mutated });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
