import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { writeClipboard } from '../../copy.ts';
import type { NotReached } from '../../../../plugin/src/model/dashboard/service-page.ts';
import { writeAddress } from '../../address.ts';
import { CodedText } from '../../coded-text.tsx';
import { exported } from '../../exported.ts';
import type { Asked } from './use-answer.ts';

/** What a view gets of its address. */
export interface ViewProps {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Goes to another address of the page, as a link would. @param isReplacing where Back shall not come here again. */
export function goTo(href: string, isReplacing = false): void {
  writeAddress(href, isReplacing);
  dispatchEvent(new PopStateEvent('popstate'));
}

export { Time } from '../../time.tsx';

/** A commit, as a link to where it has got to, which an export does not know. */
export function CommitLink({ id }: { readonly id: string }) {
  if (exported) return <span class="d-code">{id.slice(0, 12)}</span>;
  return (
    <a class="d-code" href={`/commit/${id}`}>
      {id.slice(0, 12)}
    </a>
  );
}

/** A link to what others wrote: text, unless it leads to a web page. */
export function OuterLink({ href }: { readonly href: string }) {
  return /^https?:\/\//.test(href) ? (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {new URL(href).host}
    </a>
  ) : (
    <span>{href}</span>
  );
}

/** The command that does the same as a view, to copy. */
export function Command({
  text,
  label = 'The same in a terminal',
}: {
  readonly text: string;
  readonly label?: string;
}) {
  const [said, say] = useState('');
  const copy = () =>
    writeClipboard(text).then(
      () => say('copied'),
      () => say('not copied: select it'),
    );
  return (
    <p class="d-command">
      <span class="d-quiet">{label}: </span>
      <code>{text}</code>{' '}
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>{' '}
      <span role="status">{said}</span>
    </p>
  );
}

/** An environment that cannot be reached: never as if nothing were there. */
export function NotReachedNote({ environment, reason, remedy }: NotReached) {
  return (
    <p class="d-note d-unreachable">
      <strong>{environment} cannot be reached.</strong> <CodedText text={`${reason} ${remedy ?? ''}`} />
    </p>
  );
}

/** A note in a view: why something is not known. */
export function Note({ children }: { readonly children: ComponentChildren }) {
  return <p class="d-note">{children}</p>;
}

/** An answer as a view, or why there is none, or, after a second, that it is waited for. */
export function Answer<T>({
  asked,
  doing,
  children,
}: {
  readonly asked: Asked<T> & { readonly askAgain: () => void };
  readonly doing: string;
  readonly children: (answer: T) => ComponentChildren;
}) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!asked.isAsking) return undefined;
    const timer = setTimeout(() => setSlow(true), 1000);
    return () => clearTimeout(timer);
  }, [asked.isAsking]);
  return (
    <div aria-busy={asked.isAsking}>
      <p class="d-wait" role="status">
        {isSlow ? `${doing}…` : ''}
      </p>
      {asked.problem && (
        <div class={`d-note${exported ? '' : ' d-problem'}`} role="alert">
          <p>
            <CodedText text={asked.problem.reason} />
          </p>
          {asked.problem.remedy !== undefined && (
            <p>
              <CodedText text={asked.problem.remedy} />
            </p>
          )}
          {!exported && (
            <button type="button" onClick={asked.askAgain}>
              Ask again
            </button>
          )}
        </div>
      )}
      {asked.answer !== undefined && children(asked.answer)}
    </div>
  );
}

/** A table with a caption that scrolls by itself where the window is narrow. */
export function Table({
  caption,
  heads,
  rows,
  empty,
}: {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  readonly empty: string;
}) {
  if (rows.length === 0) return <Note>{empty}</Note>;
  return (
    <div class="d-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((cell, at) =>
                at === 0 ? (
                  <th key={at} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={at}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
