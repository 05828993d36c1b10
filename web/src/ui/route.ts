/** The listener in the address bar: `#/listener/0x…`. */

import { useEffect, useState } from "preact/hooks";

const ROUTE = /^#\/listener\/(0x[0-9a-fA-F]{40})$/;

/** The listener of the address bar, or null. */
export function useRoute(): string | null {
  const [address, setAddress] = useState(readRoute);
  useEffect(() => {
    const update = () => setAddress(readRoute());
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return address;
}

/** Go to a listener; `replace` leaves no entry in the history. */
export function goToListener(address: string, replace = false): void {
  const hash = `#/listener/${address.toLowerCase()}`;
  if (!replace) location.hash = hash;
  else {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  }
}

/** What the address bar says now; state follows it a moment later. */
export function readRoute(): string | null {
  return ROUTE.exec(location.hash)?.[1]?.toLowerCase() ?? null;
}
