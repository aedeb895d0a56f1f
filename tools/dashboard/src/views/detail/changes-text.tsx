import type { ServiceChanges } from '../../../../plugin/src/model/dashboard/service-changes.ts';
import { useEffect } from 'preact/hooks';
import { copied, copyText } from '../../copy.ts';
import { CommitLink, Note, OuterLink, Table } from './parts.tsx';

type Changes = ServiceChanges['changes'];

/** Two releases compared, older to newer: what is lost first, then what breaks, then the rest. */
export function ChangesText({ changes, markdown, leftOut }: ServiceChanges) {
  const { from, to, commits, lostCommits, isHistoryCut, authors } = changes;
  return (
    <>
      <h2>
        {nameOf(from)} → {nameOf(to)}
      </h2>
      {markdown !== undefined && <CopyMarkdown text={markdown} />}
      {leftOut !== undefined && <Note>{leftOut}</Note>}
      {lostCommits.length > 0 && (
        <div class="d-note d-problem">
          <p>
            ✕ {lostCommits.length} of the commits in {nameOf(from)} {lostCommits.length === 1 ? 'is' : 'are'} not in{' '}
            {nameOf(to)}: another branch, or a history that was rewritten.
          </p>
          <Commits caption="Commits that would be lost" commits={lostCommits} />
        </div>
      )}
      {isHistoryCut && <Note>A part of the history could not be read: there may be more commits.</Note>}
      {(from.dirty || to.dirty) && <Note>One of the two was built with uncommitted changes, which are not shown.</Note>}
      <div class="d-columns">
        <ApiPart api={changes.api} />
        <section>
          <h3>Commits</h3>
          {authors.length > 0 && <p>By {authors.map(({ name, commits: count }) => `${name} (${count})`).join(', ')}</p>}
          <Commits caption="Commits that the newer one has" commits={commits} />
          <PullRequests requests={changes.pullRequests} />
        </section>
        <ManifestPart manifests={changes.manifests} />
        <PackagePart changes={changes} />
      </div>
    </>
  );
}

function nameOf({ buildNumber, commit, environment }: Changes['from']): string {
  const name = buildNumber ?? `commit ${commit.slice(0, 12)}`;
  return environment === undefined ? name : `${name} (${environment})`;
}

/** By the button, or by `y`. */
function CopyMarkdown({ text }: { readonly text: string }) {
  const name = 'the changes as Markdown';
  useEffect(() => {
    copied.value = { text, name };
    return () => (copied.value = undefined);
  }, [text]);
  return (
    <p>
      <button type="button" onClick={() => copyText(text, name)}>
        Copy as Markdown
      </button>
    </p>
  );
}

function Commits({ caption, commits }: { readonly caption: string; readonly commits: Changes['commits'] }) {
  return (
    <Table
      caption={caption}
      heads={['Commit', 'Day (UTC)', 'Author', 'Subject']}
      empty="No commit that touches it."
      rows={commits.map(({ id, date, author, subject }) => [
        <CommitLink id={id} />,
        new Date(date).toISOString().slice(0, 10),
        author,
        subject,
      ])}
    />
  );
}

function PullRequests({ requests }: { readonly requests: Changes['pullRequests'] }) {
  if (requests.length === 0) return null;
  return (
    <ul aria-label="Pull requests">
      {requests.map(({ number, title, url }) => (
        <li key={number}>
          #{number} {title} {url !== undefined && <OuterLink href={url} />}
        </li>
      ))}
    </ul>
  );
}

function ApiPart({ api }: { readonly api: Changes['api'] }) {
  if (api.state === 'none') return null;
  if (api.state === 'unknown') return <Note>The API cannot be compared. {api.reason}</Note>;
  const sorted = [...api.operations].sort((a, b) => Number(b.isBreaking) - Number(a.isBreaking));
  return (
    <section>
      <h3>API</h3>
      <Table
        caption="Operations that changed, those that may break clients first"
        heads={['Operation', 'Change', 'How']}
        empty="The API is the same."
        rows={sorted.map(({ operation, change, isBreaking, reasons }) => [
          <code>{operation}</code>,
          isBreaking ? <strong class="d-broken">◆ {change}, BREAKING</strong> : change,
          reasons.map(({ text }) => text).join('; '),
        ])}
      />
    </section>
  );
}

function ManifestPart({ manifests }: { readonly manifests: Changes['manifests'] }) {
  if (manifests.state === 'unknown') return <Note>Manifests cannot be compared. {manifests.reason}</Note>;
  const rows = manifests.changes.flatMap(({ kind, name, action, fields }) =>
    fields.length === 0
      ? [[`${kind} ${name}`, action, '', '']]
      : fields.map(({ path, from, to }) => [
          `${kind} ${name}`,
          <code>{path}</code>,
          <code>{from ?? '(none)'}</code>,
          <code>{to ?? '(none)'}</code>,
        ]),
  );
  return (
    <section>
      <h3>Manifests</h3>
      <Table
        caption={`Fields that changed, as in ${manifests.environment}; secrets are masked`}
        heads={['Object', 'Field', 'Before', 'After']}
        empty="The manifests are the same."
        rows={rows}
      />
    </section>
  );
}

function PackagePart({ changes: { dependencies, baseImages = [] } }: { readonly changes: Changes }) {
  return (
    <section>
      <h3>Packages and base images</h3>
      {dependencies.unknown.map((text) => (
        <Note key={text}>{text}</Note>
      ))}
      <Table
        caption="Packages that changed"
        heads={['Package', 'Before', 'After', 'To know']}
        empty={dependencies.unknown.length > 0 ? 'Other packages are the same.' : 'The packages are the same.'}
        rows={dependencies.changes.map(({ ecosystem, name, from, to, isDowngrade }) => [
          `${name} (${ecosystem})`,
          from ?? '(none)',
          to ?? '(none)',
          isDowngrade ? 'a lower version' : '',
        ])}
      />
      {baseImages.map(({ image, was, is }) => (
        <p key={image}>
          {image} moved: <code>{was.slice(0, 19)}</code> → <code>{is.slice(0, 19)}</code>
        </p>
      ))}
    </section>
  );
}
