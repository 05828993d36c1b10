/** The search box and list of listeners: a combobox as ARIA describes it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { fetchListeners, type ListenerSummary } from "../api/service.ts";
import { useFetched } from "./fetched.ts";
import { goToListener, readRoute } from "./route.ts";
import { formatNumber, nameListener, shortenHex } from "./words.ts";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const WAIT_MS = 180;

export function ListenerPicker({ chosen }: { chosen: string | null }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const query = useSettled(text.trim());
  const [found, retry] = useFetched(`listeners ${query}`, (signal) => fetchListeners(query, signal));
  const box = useRef<HTMLInputElement>(null);
  const items = found.state === "there" ? found.value.items : [];

  useEffect(() => {
    // The address bar, not `chosen`: a choice made a moment ago must not be overruled.
    if (readRoute() === null && query === "" && items[0] !== undefined) goToListener(items[0].address, true);
  }, [chosen, query, items]);

  function choose(address: string) {
    setText("");
    setOpen(false);
    setActive(-1);
    goToListener(address);
  }

  function onKeyDown(event: KeyboardEvent) {
    const last = items.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: Math.min(last, active + 1),
      ArrowUp: Math.max(0, active < 0 ? last : active - 1),
      PageDown: Math.min(last, active + 8),
      PageUp: Math.max(0, active - 8),
    };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      setOpen(true);
      setActive(open ? target : Math.max(0, active));
    } else if (event.key === "Enter") {
      // The box itself, not `text`: Enter may come before what was pasted is rendered.
      const pasted = box.current?.value.trim() ?? "";
      const item = items[active] ?? (pasted !== "" ? items[0] : undefined);
      if (ADDRESS.test(pasted)) choose(pasted);
      else if (open && pasted === text.trim() && item !== undefined) choose(item.address);
    } else if (event.key === "Escape") {
      if (!open) setText("");
      setOpen(false);
    }
  }

  return (
    <div class="picker" onFocusOut={(event) => closeOnLeave(event, () => setOpen(false))}>
      <label class="picker-label" for="picker-input">
        Listener
      </label>
      <input
        ref={box}
        id="picker-input"
        class="picker-input"
        type="text"
        role="combobox"
        aria-expanded={open}
        aria-controls="picker-list"
        aria-autocomplete="list"
        aria-activedescendant={open && active >= 0 ? `picker-option-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="Search by name or artist, or paste an address"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(-1);
          setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <ul id="picker-list" class="picker-list" role="listbox" aria-label="Listeners" hidden={!open}>
        {items.map((item, i) => (
          <Option key={item.address} item={item} index={i} active={i === active} onChoose={choose} />
        ))}
        {found.state === "loading" && <li class="picker-note">Searching…</li>}
        {found.state === "there" && items.length === 0 && (
          <li class="picker-note">No public listener matches.</li>
        )}
        {found.state === "failed" && (
          <li class="picker-note">
            {found.reason}{" "}
            <button type="button" class="link" onClick={retry}>
              Try again
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

function Option(props: {
  item: ListenerSummary;
  index: number;
  active: boolean;
  onChoose: (address: string) => void;
}) {
  const { item, index, active, onChoose } = props;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li
      ref={row}
      id={`picker-option-${index}`}
      class="picker-option"
      role="option"
      aria-selected={active}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(item.address)}
    >
      <span class="picker-name">
        {nameListener(item)}
        {item.generated && <span class="tag">generated</span>}
      </span>
      <span class="picker-artists">{item.top_artists.map((artist) => artist.name).join(" · ")}</span>
      <span class="picker-plays">{formatNumber(item.plays)} plays</span>
      <code class="picker-address">{shortenHex(item.address)}</code>
    </li>
  );
}

function closeOnLeave(event: FocusEvent & { currentTarget: HTMLElement }, close: () => void) {
  if (!event.currentTarget.contains(event.relatedTarget as Node | null)) close();
}

/** The text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
