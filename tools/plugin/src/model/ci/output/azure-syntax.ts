import { breakHashCommands } from './escape-commands.ts';
import type { CiSyntax } from './syntax.ts';

/** Azure Pipelines: "Logging commands". */
export const azureSyntax: CiSyntax = {
  escapeCommands: breakHashCommands,
  fold: (title, lines) => [`##[group]${breakHashCommands(title)}`, ...lines.map(breakHashCommands), '##[endgroup]'],
  annotate: (level, about, text, at) => {
    const place = at && { sourcepath: at.file, linenumber: String(at.line), columnnumber: String(at.column) };
    return azureCommand('task.logissue', { type: level, ...place }, `${about}: ${text}`);
  },
};

/** A command to Azure's agent. @param data that it is about: a value, a path. */
export function azureCommand(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const told = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `##vso[${[name, told.join(';')].join(' ').trim()}]${escapeData(data)}`;
}

/** `%` comes first: what it stands for would be escaped again. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(';', '%3B').replaceAll(']', '%5D');
}
