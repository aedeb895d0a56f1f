import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { closestName } from '../../../plugin/src/model/text/did-you-mean.ts';
import {
  findEntries,
  paletteEntries,
  paletteGroups,
  type PaletteEntry,
} from '../../../plugin/src/model/dashboard/find/palette.ts';
import { copyText } from '../copy.ts';
import { gridHref, navigate } from '../navigate.ts';
import { addressOf, mainViews } from '../navigation.tsx';
import { state } from '../store.ts';
import { wantPlan } from '../wanted-plan.ts';
import { isPaletteOpen } from './open-palette.ts';
import './palette.css';

const hints = { go: 'open', copy: 'copy', plan: 'show the plan' } as const;

/** Finds services, commits, builds, commands and views: a combobox with a list, as the ARIA practices have it. */
export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const { value } = state;
  // What is found stays as it is while somebody looks at it: rows that come in move nothing under the pointer.
  const entries = useMemo(() => (value ? paletteEntries(value, viewEntries()) : []), [value === undefined]);
  const found = useMemo(() => (value ? findEntries(entries, typed, value) : []), [entries, typed]);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const choose = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    dialog.current?.close();
    act(entry);
  };
  const listen = (event: KeyboardEvent) => {
    const next = movedBy(event.key, at, found.length);
    if (next !== undefined) setAt(next);
    else if (event.key === 'Enter' && !event.isComposing) choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="palette" aria-label="Find" onClose={() => (isPaletteOpen.value = false)}>
      <input
        role="combobox"
        aria-label="Find a service, commit, build, command or view"
        aria-expanded={found.length > 0}
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
        placeholder="Service, commit, build, command or view"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={listen}
      />
      <Found found={found} at={at} choose={choose} />
      <Summary found={found} at={at} typed={typed} entries={entries} />
    </dialog>
  );
}

interface FoundProps {
  readonly found: readonly PaletteEntry[];
  readonly at: number;
  choose(entry: PaletteEntry): void;
}

function Found({ found, at, choose }: FoundProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
  return (
    <div ref={list} role="listbox" id="palette-list" aria-label="Found">
      {paletteGroups.map((group) => {
        const members = found.filter((entry) => entry.group === group);
        return members.length === 0 ? null : (
          <div key={group} role="group" aria-labelledby={`palette-${group}`}>
            <span id={`palette-${group}`} role="presentation">
              {group}
            </span>
            {members.map((entry) => {
              const index = found.indexOf(entry);
              return (
                <div
                  key={entry.name}
                  role="option"
                  id={`palette-${index}`}
                  aria-selected={index === at}
                  onClick={() => choose(entry)}
                >
                  <span>{entry.name}</span>
                  <span class="note">{hints[entry.act.kind]}</span>
                </div>
              );
            })}
          </div>
        );
      })}
    </div>
  );
}

function Summary(props: Omit<FoundProps, 'choose'> & { typed: string; entries: readonly PaletteEntry[] }) {
  const { found, at, typed, entries } = props;
  const text =
    found.length === 0 ? nothingFound(typed, entries) : `${found.length} found. Enter: ${hints[found[at]!.act.kind]}`;
  return (
    <p role="status" class="note">
      {text}
    </p>
  );
}

/** Arrows go round; Home and End stay with the text. */
function movedBy(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'PageDown') return Math.min(at + 8, count - 1);
  if (key === 'PageUp') return Math.max(at - 8, 0);
  return undefined;
}

function viewEntries(): PaletteEntry[] {
  const map = { path: gridHref({ view: 'map' }), name: 'Map of all services' };
  const moment = { path: '/at/now', name: 'A moment: what ran where' };
  return [...mainViews.map(({ path, name }) => ({ path: addressOf(path), name })), map, moment].map(
    ({ path, name }) => {
      return { group: 'Views', name, act: { kind: 'go', href: path } };
    },
  );
}

/** A command is copied, never run; a plan is opened, never confirmed. */
function act({ act: wanted }: PaletteEntry): void {
  if (wanted.kind === 'go') navigate(wanted.href);
  else if (wanted.kind === 'copy') copyText(wanted.command);
  else wantPlan({ ...wanted.plan, services: [wanted.service] });
}

function nothingFound(typed: string, entries: readonly PaletteEntry[]): string {
  const near = closestName(
    typed.trim(),
    entries.map(({ name }) => name),
  );
  return `Nothing has this name.${near === undefined ? '' : ` Near: ${near}`}`;
}
