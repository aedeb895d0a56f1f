import { BuildNumber } from '../release/build-number.ts';
import { isObjectName } from '../commits/commit.ts';
import type { Actor } from '../release/actor.ts';
import { cutText, linkOf } from '../forge/forge-text.ts';
import { escapeControlCharacters } from '../text/escape-control-characters.ts';

/** Systems for continuous integration that are known, and any other that says that it is one. */
export type Ci = 'azure' | 'github' | 'gitlab' | 'jenkins' | 'buildkite' | 'other-ci';

/** Variables of a process. Whoever starts a run may have set them: none of them is trusted to be well-formed. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A run of a CI, as far as its variables tell. */
export interface CiRun {
  readonly ci: Ci;
  /**
   * The run's own number, where it is a build number with a hyphen: Azure's `name: $(Date:yyyyMMdd)$(Rev:-r)`, a build's
   * display name in Jenkins, a pipeline's name in GitLab. GitHub and Buildkite only count.
   */
  readonly buildNumber: BuildNumber | undefined;
  /** The page with the run's log. */
  readonly link: string | undefined;
  /** The person who caused it, or the CI's own account. */
  readonly person: string | undefined;
  /** The branch that is built; of a pull request the one that shall be merged. */
  readonly branch: string | undefined;
  /** The git tag that is built. */
  readonly tag: string | undefined;
  /** Full object name. Of a pull request this may be a merge that no branch has. */
  readonly commit: string | undefined;
  readonly pullRequest: number | undefined;
}

/** Names as their makers write them. */
const names: Readonly<Record<Ci, string>> = {
  azure: 'Azure Pipelines',
  github: 'GitHub Actions',
  gitlab: 'GitLab CI',
  jenkins: 'Jenkins',
  buildkite: 'Buildkite',
  'other-ci': 'CI',
};

/** Facts from a CI's variables, not checked yet. */
type Facts = Partial<Record<Exclude<keyof CiRun, 'ci'>, string>>;

const factsIn: Readonly<Record<Ci, (env: Variables) => Facts>> = {
  azure: azureFacts,
  github: githubFacts,
  gitlab: gitlabFacts,
  jenkins: jenkinsFacts,
  buildkite: buildkiteFacts,
  'other-ci': () => ({}),
};

/** Characters of a name. */
const longestName = 200;
/** Characters of an address. */
const longestLink = 2000;

/** Which CI runs this process; undefined where a person may sit before it. */
export function ciOf(env: Variables): Ci | undefined {
  if (env['GITHUB_ACTIONS'] === 'true') return 'github';
  if (/^true$/i.test(env['TF_BUILD'] ?? '')) return 'azure';
  if (env['GITLAB_CI'] === 'true') return 'gitlab';
  if (env['BUILDKITE'] === 'true') return 'buildkite';
  if (given(env['JENKINS_URL']) !== undefined) return 'jenkins';
  return /^(|0|false)$/i.test(env['CI']?.trim() ?? '') ? undefined : 'other-ci';
}

/** The run that a process is part of, by its variables; undefined where no CI runs it. What is malformed is left out. */
export function ciRunOf(env: Variables): CiRun | undefined {
  const ci = ciOf(env);
  if (ci === undefined) return undefined;
  const facts = factsIn[ci](env);
  return {
    ci,
    buildNumber: hyphenated(facts.buildNumber),
    link: facts.link !== undefined && facts.link.length <= longestLink ? linkOf(facts.link) : undefined,
    person: nameOf(facts.person),
    branch: nameOf(facts.branch?.replace(/^refs\/heads\//, '')),
    tag: nameOf(facts.tag),
    commit: facts.commit !== undefined && isObjectName(facts.commit) ? facts.commit : undefined,
    pullRequest: /^[1-9]\d{0,14}$/.test(facts.pullRequest ?? '') ? Number(facts.pullRequest) : undefined,
  };
}

/** Returns the actor of a run. Facts that a CI does not give are replaced by its name. */
export function actorOfRun({ ci, person, link }: CiRun): Actor {
  return { person: person ?? names[ci], run: link ?? names[ci] };
}

/** A name on one line that does nothing to whoever shows it, or undefined when there is none. */
export function nameOf(text: string | undefined): string | undefined {
  const name = given(text)
    ?.replaceAll('\t', ' ')
    .replaceAll(/\p{Cs}/gu, '\ufffd');
  return name === undefined ? undefined : cutText(escapeControlCharacters(name), longestName);
}

/** Azure Pipelines: "Use predefined variables". */
function azureFacts(env: Variables): Facts {
  const collection = given(env['SYSTEM_COLLECTIONURI']) ?? given(env['SYSTEM_TEAMFOUNDATIONCOLLECTIONURI']);
  const [project, build] = [given(env['SYSTEM_TEAMPROJECT']), given(env['BUILD_BUILDID'])];
  const ref = env['BUILD_SOURCEBRANCH'];
  return told({
    buildNumber: env['BUILD_BUILDNUMBER'],
    link:
      collection && project && build
        ? `${collection.replace(/\/*$/, '/')}${escaped(project)}/_build/results?buildId=${escaped(build)}`
        : undefined,
    person: env['BUILD_REQUESTEDFOR'],
    branch: given(env['SYSTEM_PULLREQUEST_SOURCEBRANCH']) ?? below('refs/heads/', ref),
    tag: below('refs/tags/', ref),
    commit: env['BUILD_SOURCEVERSION'],
    // Its own id is another than the number of a pull request at GitHub.
    pullRequest: given(env['SYSTEM_PULLREQUEST_PULLREQUESTNUMBER']) ?? env['SYSTEM_PULLREQUEST_PULLREQUESTID'],
  });
}

/** GitHub Actions: "Default environment variables". */
function githubFacts(env: Variables): Facts {
  const [server, repository] = [given(env['GITHUB_SERVER_URL']), given(env['GITHUB_REPOSITORY'])];
  const [run, attempt] = [given(env['GITHUB_RUN_ID']), Number(env['GITHUB_RUN_ATTEMPT'])];
  const again = attempt > 1 ? `/attempts/${attempt}` : '';
  const path = repository?.split('/').map(escaped).join('/');
  return told({
    link: server && path && run ? `${server}/${path}/actions/runs/${escaped(run)}${again}` : undefined,
    // Who runs a failed run again is another than who caused it.
    person: given(env['GITHUB_TRIGGERING_ACTOR']) ?? env['GITHUB_ACTOR'],
    branch: given(env['GITHUB_HEAD_REF']) ?? below('refs/heads/', env['GITHUB_REF']),
    tag: below('refs/tags/', env['GITHUB_REF']),
    commit: env['GITHUB_SHA'],
    pullRequest: /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1],
  });
}

/** GitLab: "Predefined CI/CD variables reference". */
function gitlabFacts(env: Variables): Facts {
  return told({
    buildNumber: env['CI_PIPELINE_NAME'],
    link: given(env['CI_JOB_URL']) ?? env['CI_PIPELINE_URL'],
    person: given(env['GITLAB_USER_LOGIN']) ?? env['GITLAB_USER_NAME'],
    branch: given(env['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME']) ?? env['CI_COMMIT_BRANCH'],
    tag: env['CI_COMMIT_TAG'],
    commit: env['CI_COMMIT_SHA'],
    pullRequest: env['CI_MERGE_REQUEST_IID'],
  });
}

/** Jenkins: its page "Global variables", and the plugin build-user-vars. */
function jenkinsFacts(env: Variables): Facts {
  const tag = given(env['TAG_NAME']);
  return told({
    buildNumber: env['BUILD_DISPLAY_NAME'],
    link: env['BUILD_URL'],
    person: given(env['BUILD_USER_ID']) ?? given(env['BUILD_USER']) ?? env['CHANGE_AUTHOR'],
    // A build of a tag has its name in BRANCH_NAME too, and one of a change request PR-7.
    branch: tag
      ? undefined
      : (given(env['CHANGE_BRANCH']) ?? given(env['BRANCH_NAME']) ?? env['GIT_BRANCH']?.replace(/^origin\//, '')),
    tag,
    commit: env['GIT_COMMIT'],
    pullRequest: env['CHANGE_ID'],
  });
}

/** Buildkite: "Environment variables". */
function buildkiteFacts(env: Variables): Facts {
  const [build, job] = [given(env['BUILDKITE_BUILD_URL']), given(env['BUILDKITE_JOB_ID'])];
  const tag = given(env['BUILDKITE_TAG']);
  return told({
    link: build && job ? `${build}#${escaped(job)}` : build,
    person: given(env['BUILDKITE_BUILD_CREATOR']) ?? env['BUILDKITE_BUILD_AUTHOR'],
    branch: tag ? undefined : env['BUILDKITE_BRANCH'],
    tag,
    commit: env['BUILDKITE_COMMIT'],
    // `false` where there is none.
    pullRequest: env['BUILDKITE_PULL_REQUEST'],
  });
}

function told(found: Readonly<{ [Name in keyof Facts]: string | undefined }>): Facts {
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, text]) => {
      const fact = given(text);
      return fact === undefined ? [] : [[name, fact]];
    }),
  );
}

/** Numbers with a dot are old ones, of which none is made any more; Azure counts that way where nobody tells it how. */
function hyphenated(text: string | undefined): BuildNumber | undefined {
  return text?.includes('-') ? BuildNumber.parse(text) : undefined;
}

/** A variable that is set to nothing says nothing; Azure leaves `$(Name)` where it knows no such variable. */
function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === '' || /^\$\([\w.]+\)$/.test(trimmed) ? undefined : trimmed;
}

function below(prefix: string, ref: string | undefined): string | undefined {
  return ref?.startsWith(prefix) ? ref.slice(prefix.length) : undefined;
}

/** Also of half a character, of which `encodeURIComponent` makes an error. */
function escaped(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\ufffd'));
}
