/** Values that come from elsewhere: loading, there, or failed with a reason. */

import { useCallback, useEffect, useState } from "preact/hooks";

export type Fetched<T> =
  | { readonly state: "loading" }
  | { readonly state: "there"; readonly value: T }
  | { readonly state: "failed"; readonly reason: string };

/** Fetch again whenever `key` changes; null fetches nothing. Returns the value and a function that retries. */
export function useFetched<T>(
  key: string | null,
  fetchIt: (signal: AbortSignal) => Promise<T>,
): [Fetched<T>, () => void] {
  const [fetched, setFetched] = useState<{ key: string | null; value: Fetched<T> }>({
    key,
    value: { state: "loading" },
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    const settle = (value: Fetched<T>) => {
      if (!abort.signal.aborted) setFetched({ key, value });
    };
    settle({ state: "loading" });
    fetchIt(abort.signal).then(
      (value) => settle({ state: "there", value }),
      (error: unknown) =>
        settle({ state: "failed", reason: error instanceof Error ? error.message : String(error) }),
    );
    return () => abort.abort();
  }, [key, attempt]);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  // A value of another key is never shown, not even for one frame.
  return [fetched.key === key ? fetched.value : { state: "loading" }, retry];
}
