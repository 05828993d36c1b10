/**
 * What a check found wrong.
 *
 * Owns the names of faults. Refuses to know which check runs when.
 */

/** Stable name of a kind of fault; the sentence beside it is for people. */
export type FaultCode =
  | "chain"
  | "commitment"
  | "not_final"
  | "answer"
  | "cid"
  | "bundle"
  | "track_form"
  | "track_order"
  | "track_root"
  | "listener_order"
  | "listener_root"
  | "malformed"
  | "unknown_row"
  | "score"
  | "order"
  | "repeated"
  | "excluded"
  | "list_length"
  | "omission"
  | "leaf"
  | "shown"
  | "reason"
  | "reward_root"
  | "reward_leaf"
  | "reward_amount";

/** One thing that is false, in words a person understands. */
export interface Fault {
  readonly code: FaultCode;
  readonly sentence: string;
}

/** A fault of that kind. */
export function fault(code: FaultCode, sentence: string): Fault {
  return { code, sentence };
}
