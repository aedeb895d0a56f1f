import ts from 'typescript';

/** Private words and the field's term for each (CONTRIBUTING.md): none of them is in a text that users read. */
const privateWords: readonly (readonly [pattern: string, term: string])[] = [
  ['mend(?:s|ed|ing)?', 'fix'],
  ['anew', 'again, new'],
  ['left? away|leave \\S+ away', 'omit, default'],
  ['shall', 'should, will'],
  ['tells?|told|telling', 'show, report, say'],
  ['whoever', 'the user, the caller'],
  ['somebody|someone|anybody|nobody', 'a role, or the passive'],
  ['goes on|go on|going on|gone on', 'continue'],
  ['puts? in|putting in', 'deploy'],
  ['puts? back|putting back', 'roll back'],
  ['takes? away|taken away|taking away', 'remove'],
  ['goes back|went back|going back|gone back', 'roll back'],
  ['came to|comes to', 'end as'],
  ['looks? into|looked into', 'read, inspect'],
  ['as this commit has it', 'up to date with this commit'],
  ['by itself', 'automatically'],
  ['that no commit holds', 'uncommitted'],
  ['lets? us|does not let', 'deny, forbid'],
  ['(?<!there )is no (?:Job|Secret|map|address|help|image|registry|repository|Kubernetes)', 'is not a'],
  ['is there already|is already there', 'exists already'],
  ['would take', 'would use, would select'],
];

const asWords = (words: readonly string[]): RegExp => new RegExp(`(?<![\\w$-])(?:${words.join('|')})(?![\\w-])`, 'i');
const anyPrivateWord = asWords(privateWords.map(([pattern]) => pattern));

/** Names that the code had for things which have a term of their own; see the right side of each. */
const privateNames: Readonly<Record<string, string>> = {
  orTold: 'catchProductError',
  orWhyUnknown: 'orUnknown',
  WakeUp: 'Notify',
  minuteOf: 'formatTimestamp',
  whatElseChanges: 'changesBesidesImage',
  writtenAt: 'commitTimes',
  mapAtMost: 'mapLimit',
  grouped: 'groupByKey',
  printable: 'escapeControlCharacters',
  inert: 'escapeCommands',
  touchedBy: 'affectedBy',
  isBehind: 'isAncestor',
  forkPoints: 'mergeBases',
  commitsApart: 'symmetricDifference',
  bringCommit: 'fetchCommit',
  bringCommits: 'fetchCommits',
  bringHistory: 'deepen',
  fileIn: 'readFileAt',
  numberedCommit: 'commitOfBuild',
  putIn: 'applyAndRecord',
  wasPutIn: 'wasDeployed',
  attemptTo: 'applyAndWait',
  goBack: 'restorePrevious',
  refuseUnapproved: 'requireApproval',
  refuseMissingImage: 'requireImage',
  refuseOldProvisioning: 'requireProvisioning',
  refuseFurtherWords: 'rejectExtraArguments',
  troubleOf: 'diagnosePod',
  PodTrouble: 'PodDiagnosis',
  hopeless: 'permanentErrors',
  Patience: 'WaitLimits',
  leanList: 'listPartial',
  foldManagers: 'upgradeManagedFields',
  putImage: 'setImage',
  lentLogins: 'temporaryCredentials',
  speaksTls: 'probeTls',
  realPorts: 'createPorts',
  connectEarly: 'prefetchClusters',
  listReleases: 'prefetchReleases',
  environmentsMeant: 'targetEnvironments',
  environmentsAsked: 'selectedEnvironments',
  oneOutput: 'exclusive',
  dealOut: 'shard',
  hands: 'shards',
  doJob: 'runJob',
  toItsEnd: 'runToCompletion',
  doomed: 'rulesToRemove',
  endsPolitely: 'stopsGracefully',
  enterable: 'isKubeconfigWritten',
  goesBack: 'isDowngrade',
  isTold: 'isReported',
  Told: 'ReleaseEvidence',
  There: 'RunningRelease',
  LookedAt: 'CommitFacts',
};
const anyPrivateName = new RegExp(`\\b(?:${Object.keys(privateNames).join('|')})\\b`);

/** Beginnings of doc comments that name neither an action nor a thing. */
const vagueBeginning = /\/\*\*[\s*]*(?:Whether|What|Whatever|Whoever|Whose|Who|Tells)\b[^\n]*/g;

/** One place that uses a private word. */
export interface Finding {
  readonly line: number;
  readonly text: string;
  /** The term to use instead. */
  readonly instead: string;
}

/** Returns the private words in a text that users read. */
export function privateWordsIn(text: string): { readonly word: string; readonly instead: string }[] {
  if (!anyPrivateWord.test(text)) return [];
  return privateWords.flatMap(([pattern, instead]) => {
    const word = asWords([pattern]).exec(text)?.[0];
    return word === undefined ? [] : [{ word, instead }];
  });
}

/**
 * Returns the private words in the texts and names of a source file, and its vague doc comments. Only a file that has a
 * candidate at all is parsed.
 */
export function wordingOf(path: string, source: string): Finding[] {
  const lineAt = (position: number) => source.slice(0, position).split('\n').length;
  const vague = [...source.matchAll(vagueBeginning)].map((match) => ({
    line: lineAt(match.index),
    text: match[0],
    instead: 'Returns …, Reports whether …, A … that …',
  }));
  if (!anyPrivateWord.test(source) && !anyPrivateName.test(source)) return vague;
  const found: Finding[] = [];
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest);
  const check = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const text = textOf(node);
    // A key, such as an error's type, has no space; it is no sentence.
    if (text?.includes(' '))
      for (const { instead } of privateWordsIn(text))
        found.push({ line: lineAt(node.end), text: text.trim(), instead });
    const name = declaredName(node);
    if (name !== undefined && Object.hasOwn(privateNames, name))
      found.push({ line: lineAt(node.end), text: name, instead: privateNames[name] ?? '' });
    ts.forEachChild(node, check);
  };
  check(file);
  return [...vague, ...found];
}

function textOf(node: ts.Node): string | undefined {
  const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
  const isPart = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
  return isText || isPart ? node.text : undefined;
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclared =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node);
  return isDeclared && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
