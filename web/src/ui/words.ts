/** Numbers and names as people read them. */

const whole = new Intl.NumberFormat("en");

export const formatNumber = (value: number): string => whole.format(value);

/** 0x1234…abcd. */
export const shortenHex = (text: string): string =>
  text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;

const SMALLEST_SHOWN = 10n ** 14n;

/** Wei of TuneToken or of ether as whole ones, four digits behind the point, rounded down. */
export function formatWei(wei: string): string {
  const value = BigInt(wei);
  if (value > 0n && value < SMALLEST_SHOWN) return "less than 0.0001";
  const fraction = String((value % 10n ** 18n) / SMALLEST_SHOWN).padStart(4, "0");
  return `${(value / 10n ** 18n).toLocaleString("en")}.${fraction}`;
}

/** What to call a listener. */
export const nameListener = (listener: { name: string | null; address: string }): string =>
  listener.name ?? shortenHex(listener.address);
