import { canonicalJson } from '../../../model/text/canonical-json.ts';
import { badOption, type Option } from './option.ts';

const text = { type: 'string' };
const texts = (examples: readonly string[]) => ({ type: 'array', items: text, examples: [examples] });
const table = (values: object) => ({ type: 'object', additionalProperties: values });
const either = (...names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, text])),
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
});

/** The rules by which an editor checks the block as it is written; `parseBuild` reads it. */
const properties = {
  context: {
    ...text,
    description:
      "Folder of the build context, relative to the workspace's root: `.` is all of it (default: the service's)",
  },
  platforms: {
    ...texts(['linux/amd64', 'linux/arm64']),
    description: 'Platforms that the image is for (default: those of the environments)',
  },
  args: {
    ...table(text),
    description: 'Values of ARG in the Dockerfile. They are in the history of the image: no secret belongs there',
  },
  secrets: {
    ...table(either('env', 'file')),
    description: 'What RUN --mount=type=secret reads, by id: the variable or the file in which it is found',
  },
  ssh: { ...texts(['default']), description: 'Ids for RUN --mount=type=ssh: the agent at SSH_AUTH_SOCK' },
  target: { ...text, description: 'Stage of the Dockerfile that becomes the image (default: the last)' },
  contexts: {
    ...table(text),
    description: 'Further contexts, by the name in COPY --from: folders of the workspace, or docker-image://NAME',
  },
  cache: {
    ...either('registry', 'folder'),
    description: "Where layers are kept for other machines' builds: a repository of a registry, or a folder",
  },
};

/** The `build` block of a service, which is written in project.json or nx.json and nowhere else. */
export const buildOption: Option<unknown> = {
  kind: 'block',
  type: 'object',
  value: 'BLOCK',
  description: 'How the image is built, as `project.json` says it: context, platforms, args, secrets and more',
  schema: { properties, additionalProperties: false },
  read: (value) => value,
};

/** The name of a service where it is not that of its project, which is written in the project's file and nowhere else. */
export const serviceNameOption: Option<unknown> = {
  kind: 'text',
  type: 'string',
  value: 'NAME',
  description:
    "Name of the service in tags, images, records and labels, as `project.json` says it (default: the last part of the project's)",
  read: (value) => value,
};

/** Makes sure that a service is called as its project's file says. @throws {Refusal} when the option is another. */
export function requireDeclaredName(given: unknown, { name, root }: { name: string; root: string }): void {
  if (given === undefined || given === name) return;
  throw badOption(
    { name: 'service', doing: `release ${name}` },
    given,
    `The service is ${name}. Write another name as the option \`service\` of its target release, in the project's file in ${root}, and of no other target.`,
  );
}

/**
 * Makes sure that a command builds as `release` does.
 * @throws {Refusal} when its option `build` is another one than the project has.
 */
export function requireDeclaredBuild(given: unknown, declared: unknown, service: { name: string; root: string }): void {
  if (given === undefined || canonicalJson(given) === canonicalJson(declared ?? null)) return;
  throw badOption(
    { name: 'build', doing: `build and push the image of ${service.name}` },
    given,
    `Write it in ${service.root}/project.json, as an option of the target docker-release: \`release\` builds the same.`,
  );
}
