import type {
  EnvironmentObjects,
  ServiceObjects,
  ShownObject,
} from '../../../../plugin/src/model/dashboard/service-objects.ts';
import { Answer, Command, NotReachedNote, Note, Table, Time } from './parts.tsx';
import { useAnswer } from './use-answer.ts';

const states: Readonly<Record<ShownObject['state'], string>> = {
  'as-deployed': '● as deployed',
  changed: '≠ changed',
  missing: '✕ gone',
  unknown: '? cannot be read',
};

/** Objects of a service, and by whom which of their fields were changed. */
export function ObjectsTab({ service }: { readonly service: string }) {
  const asked = useAnswer<ServiceObjects>(`/api/services/${encodeURIComponent(service)}/objects`);
  return (
    <Answer asked={asked} doing={`Comparing the objects of ${service} with what was deployed`}>
      {({ environments, now }) => (
        <>
          {environments.map((each) => (
            <section key={each.environment} aria-label={`Objects in ${each.environment}`}>
              <h2>{each.environment}</h2>
              <InEnvironment found={each} service={service} now={now} />
            </section>
          ))}
        </>
      )}
    </Answer>
  );
}

function InEnvironment({
  found,
  service,
  now,
}: {
  readonly found: EnvironmentObjects;
  readonly service: string;
  readonly now: string;
}) {
  if (found.state === 'unreachable') return <NotReachedNote {...found} />;
  if (found.state === 'absent') return <Note>{service} is not here.</Note>;
  const { environment, objects, unread, isUnderWay, build } = found;
  return (
    <>
      {isUnderWay && <Note>A deployment is under way: nothing is compared until it has ended.</Note>}
      {unread.map(({ kind, reason, remedy }) => (
        <Note key={kind}>
          {kind} cannot be read, so that no change of it is known. {reason} {remedy}
        </Note>
      ))}
      {objects.some(({ fields }) => fields.length > 0) && (
        <ChangedFields objects={objects} environment={environment} now={now} />
      )}
      <Table
        caption={`Objects of ${build ?? service} in ${environment}`}
        heads={['Object', 'State', 'To know']}
        empty="No object of it is recorded."
        rows={objects.map(({ kind, name, state, says, isUnhealthy }) => [
          `${kind} ${name}`,
          <span class={state === 'as-deployed' ? 'd-quiet' : 'd-attention'}>{states[state]}</span>,
          says === undefined ? '' : `${isUnhealthy ? '▲ ' : ''}${says}`,
        ])}
      />
      <Command text={`nx run ${service}:diff --env=${environment}`} label="What deploying the checkout would change" />
    </>
  );
}

function ChangedFields(props: {
  readonly objects: readonly ShownObject[];
  readonly environment: string;
  readonly now: string;
}) {
  const changed = props.objects.flatMap((object) => object.fields.map((field) => ({ object, field })));
  return (
    <Table
      caption={`Fields in ${props.environment} that somebody changed`}
      heads={['Object', 'Field', 'Deployed', 'Now', 'By', 'When']}
      empty=""
      rows={changed.map(({ object: { kind, name }, field }) => [
        `${kind} ${name}`,
        <code>{field.path}</code>,
        <code>{field.applied ?? '(none)'}</code>,
        <code>{field.live ?? '(none)'}</code>,
        field.by,
        field.at === undefined ? '' : <Time iso={field.at} now={props.now} />,
      ])}
    />
  );
}
