/** Numbers and names as people read them. */

const whole = new Intl.NumberFormat("en");

export const formatNumber = (value: number): string => whole.format(value);

/** 0x1234…abcd. */
export const shortenHex = (text: string): string =>
  text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;

/** Wei of TuneToken as TUNE, four digits behind the point, rounded down. */
export function formatTune(wei: string): string {
  const value = BigInt(wei);
  const fraction = String((value % 10n ** 18n) / 10n ** 14n).padStart(4, "0");
  return `${(value / 10n ** 18n).toLocaleString("en")}.${fraction}`;
}

/** What to call a listener. */
export const nameListener = (listener: { name: string | null; address: string }): string =>
  listener.name ?? shortenHex(listener.address);
