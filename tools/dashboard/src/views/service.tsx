import type { ServicePage } from '../../../plugin/src/model/dashboard/service-page.ts';
import { exported } from '../exported.ts';
import { ChangesTab } from './detail/changes-tab.tsx';
import { ObjectsTab } from './detail/objects-tab.tsx';
import { Answer, Command, NotReachedNote, type ViewProps } from './detail/parts.tsx';
import { RequestsTab } from './detail/requests-tab.tsx';
import { TimelineTab } from './detail/timeline-tab.tsx';
import { useAnswer } from './detail/use-answer.ts';

const tabs = [
  ['', 'Timeline'],
  ['changes', 'Changes'],
  ['objects', 'Objects and drift'],
  ['requests', 'Requests'],
] as const;
/** An export does not have the objects. */
const shownTabs = tabs.filter(([path]) => !exported || path !== 'objects');

/** The page of a service: `/s/orders`, `/s/orders/changes/prod..preprod`, `/s/orders/objects`, `/s/orders/requests`. */
export default function Service({ params, query }: ViewProps) {
  const service = params['service'] ?? '';
  const tab = params['range'] === undefined ? (params['tab'] ?? '') : 'changes';
  const asked = useAnswer<ServicePage>(`/api/services/${encodeURIComponent(service)}`);
  const base = `/s/${encodeURIComponent(service)}`;
  return (
    <article class="d-view">
      <h1>{service}</h1>
      <nav aria-label={`Parts of ${service}`} class="d-tabs">
        {shownTabs.map(([path, name]) => (
          <a key={path} href={path === '' ? base : `${base}/${path}`} aria-current={tab === path ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {tab === 'objects' ? (
        <ObjectsTab service={service} />
      ) : (
        <Answer asked={asked} doing={`Reading what happened to ${service}`}>
          {(page) => (
            <>
              {page.environments.map((each) =>
                each.state === 'unreachable' ? <NotReachedNote key={each.environment} {...each} /> : null,
              )}
              {tab === 'changes' ? (
                <ChangesTab page={page} range={params['range'] ?? ''} query={query} />
              ) : tab === 'requests' ? (
                <RequestsTab page={page} />
              ) : (
                <TimelineTab page={page} />
              )}
              {tab !== 'changes' && <Command text={`nx run ${service}:history`} />}
            </>
          )}
        </Answer>
      )}
    </article>
  );
}
