import type { ServiceChanges } from '../../../../plugin/src/model/dashboard/service-changes.ts';
import type { ServicePage } from '../../../../plugin/src/model/dashboard/service-page.ts';
import { Neighbours } from '../../export/neighbours.tsx';
import { exported } from '../../exported.ts';
import { ChangesText } from './changes-text.tsx';
import { Answer, Command, goTo, Note } from './parts.tsx';
import { useAnswer } from './use-answer.ts';

/** What changed between any two releases: `/s/orders/changes/prod..preprod`. */
export function ChangesTab({
  page,
  range,
}: {
  readonly page: ServicePage;
  readonly range: string;
  readonly query: URLSearchParams;
}) {
  const { service } = page;
  const names = page.environments.map(({ environment }) => environment);
  const [from = '', to = ''] = range.split('..').map(decodeURIComponent);
  const chosen = { from: from || (names.at(-1) ?? 'HEAD'), to: to || (names.length > 1 ? names.at(-2)! : 'HEAD') };
  const choose = (change: Partial<typeof chosen>) => {
    const next = { ...chosen, ...change };
    goTo(`/s/${encodeURIComponent(service)}/changes/${encodeURIComponent(next.from)}..${encodeURIComponent(next.to)}`);
  };
  const builds = 'unknown' in page.builds ? [] : page.builds;
  const options = { names, builds };
  return (
    <section aria-label="Changes">
      {exported ? (
        <Neighbours service={service} environments={names} chosen={chosen} />
      ) : (
        <form class="d-pickers" onSubmit={(event) => event.preventDefault()}>
          <Picker label="Between" value={chosen.from} options={options} onChoose={(value) => choose({ from: value })} />
          <Picker label="and" value={chosen.to} options={options} onChoose={(value) => choose({ to: value })} />
        </form>
      )}
      {'unknown' in page.builds && <Note>Builds cannot be listed: {page.builds.unknown}</Note>}
      <Between service={service} {...chosen} />
      {chosen.to === 'HEAD' && !exported && (
        <p>
          <a href="/graph">What the main branch would release, and why</a>
        </p>
      )}
      <Command text={`nx run ${service}:changes --from=${chosen.from} --to=${chosen.to}`} />
    </section>
  );
}

function Between({ service, from, to }: { readonly service: string; readonly from: string; readonly to: string }) {
  const query = new URLSearchParams({ from, to });
  const asked = useAnswer<ServiceChanges>(`/api/services/${encodeURIComponent(service)}/changes?${query}`);
  // What was compared before is not what is chosen now.
  const current = asked.isAsking ? { isAsking: true, askAgain: asked.askAgain } : asked;
  return (
    <Answer<ServiceChanges> asked={current} doing={`Comparing ${from} and ${to}`}>
      {(answer) => <ChangesText {...answer} />}
    </Answer>
  );
}

function Picker({
  label,
  value,
  options: { names, builds },
  onChoose,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: { readonly names: readonly string[]; readonly builds: readonly string[] };
  readonly onChoose: (value: string) => void;
}) {
  const isListed = value === 'HEAD' || names.includes(value) || builds.includes(value);
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <optgroup label="Runs in">
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </optgroup>
        <optgroup label="Builds">
          {!isListed && <option>{value}</option>}
          {builds.map((build) => (
            <option key={build}>{build}</option>
          ))}
        </optgroup>
        <option value="HEAD">HEAD, the checked-out commit</option>
      </select>
    </label>
  );
}
