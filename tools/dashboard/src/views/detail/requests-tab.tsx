import type { ServicePage } from '../../../../plugin/src/model/dashboard/service-page.ts';
import { Table, Time } from './parts.tsx';

/** The proof of each deployment: requests that went through the real route meanwhile. */
export function RequestsTab({ page }: { readonly page: ServicePage }) {
  const deployments = page.environments.flatMap((each) => (each.state === 'read' ? each.deployments : []));
  const sorted = [...deployments].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  return (
    <Table
      caption={`Requests through the real route while ${page.service} was deployed, newest first`}
      heads={['Deployment', 'Build', 'Began', 'Requests', 'Failed', '99 of 100 within', 'First failure']}
      empty={`Nothing is recorded of ${page.service}.`}
      rows={sorted.map(({ environment, sequence, build, startedAt, probe }) => [
        `${environment} #${sequence}`,
        build,
        <Time iso={startedAt} now={page.now} />,
        ...(probe
          ? [
              probe.requests,
              probe.failed === 0 ? '0' : <strong class="d-broken">✕ {probe.failed}</strong>,
              `${Math.round(probe.p99)} ms`,
              probe.firstFailure ?? '',
            ]
          : ['not probed', '', '', '']),
      ])}
    />
  );
}
