/**
 * A JSON-RPC connection to a node, from the browser.
 *
 * Owns requests, time limit and errors. Refuses to know contracts.
 */

/** The node did not answer, or answered with an error. */
export class NodeUnreachable extends Error {
  constructor(
    readonly url: string,
    readonly problem: string,
  ) {
    super(`the node at ${url} ${problem}`);
    this.name = "NodeUnreachable";
  }
}

/** The node answered that the call fails. */
export class CallFailed extends Error {
  constructor(
    readonly method: string,
    readonly problem: string,
  ) {
    super(`the node refused ${method}: ${problem}`);
    this.name = "CallFailed";
  }
}

/** Sends one JSON-RPC call and returns its result. */
export type SendCall = (method: string, params: readonly unknown[]) => Promise<unknown>;

const SECONDS = 20;

/** A connection; each call throws NodeUnreachable or CallFailed. */
export function connectNode(url: string): SendCall {
  let id = 0;
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
    const answer = await post(url, body);
    if (typeof answer !== "object" || answer === null)
      throw new NodeUnreachable(url, "does not speak JSON-RPC");
    const { result, error } = answer as { result?: unknown; error?: { message?: string } };
    if (error) throw new CallFailed(method, error.message ?? "no reason given");
    return result;
  };
}

async function post(url: string, body: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(1000 * SECONDS);
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal, credentials: "omit" });
    if (!response.ok) throw new NodeUnreachable(url, `answered with HTTP ${response.status}`);
    return await response.json();
  } catch (error) {
    if (error instanceof NodeUnreachable) throw error;
    if (error instanceof DOMException && error.name === "TimeoutError")
      throw new NodeUnreachable(url, `did not answer within ${SECONDS} seconds`);
    throw new NodeUnreachable(url, "did not answer");
  }
}
