/** A step's message to the agent in its output: `##vso[area.action key=value;key=value]data`. */
export interface LoggingCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Reads a line of output. @returns undefined when it is no command. */
export function loggingCommandOf(line: string): LoggingCommand | undefined {
  const match = /##vso\[(\S+?)(?: ([^\]]*))?\](.*)$/.exec(line);
  if (match === null) return undefined;
  const [, name, list = '', data] = match;
  const pairs = list.split(';').filter((pair) => pair.trim() !== '');
  const properties = pairs.map((pair) => {
    const [key = '', ...value] = pair.split('=');
    return [key.trim().toLowerCase(), unescape(value.join('='))] as const;
  });
  return { name: name!.toLowerCase(), properties: Object.fromEntries(properties), data: unescape(data!) };
}

const escapes = { '%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%AZP25': '%' };

function unescape(text: string): string {
  return text.replace(/%3B|%0D|%0A|%5D|%AZP25/gi, (each) => escapes[each.toUpperCase() as keyof typeof escapes]);
}
