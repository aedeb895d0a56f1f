import { BuildNumber } from '../../../model/release/build-number.ts';
import type { LoggedBegin, LoggedDeployment, LoggedEnd } from '../../../model/deploy/deployment-log.ts';
import { readJson } from './record-data.ts';
import { logShape } from './record-shape.ts';
import { objectName } from '../../../model/product/wire-names.ts';

/** Lines about one deployment, in the order in which they come. `abort`: of a canary that a deployment left behind. */
export type LineName = 'begin' | 'end' | 'abort';

/** Deployments whose lines are in one object: with the longest lines it stays far below the megabyte that one may have. */
export const deploymentsInPart = 100;

/** Name of the object with the lines about a deployment. */
export function partNameOf(service: string, part: number): string {
  return `${objectName.log}.${service}.${part}`;
}

/** The part that has the lines about a deployment. */
export function partOf(sequence: number): number {
  return Math.floor(sequence / deploymentsInPart);
}

/** The last deployment of a part. */
export function lastIn(part: number): number {
  return (part + 1) * deploymentsInPart - 1;
}

/** Service and part of an object of the log, by its name. */
export function placeOf(name: string): readonly [service: string, part: number] | undefined {
  const [, service, part] = /^poc-log\.([^.]+)\.(\d{1,7})$/.exec(name) ?? [];
  return service === undefined || part === undefined ? undefined : [service, Number(part)];
}

/** Key of a line in its part; in the order of their names they are in the order of deployments. */
export function lineKey(sequence: number, name: LineName): string {
  return `${String(sequence).padStart(6, '0')}.${name}`;
}

/** A line as it is kept: the time comes first, where the policy of the cluster reads it. */
export function writeLine({ at, ...facts }: LoggedBegin | LoggedEnd): string {
  return JSON.stringify({ at, ...facts });
}

/** Returns the deployments of which a part has lines, by their sequence. What is no line of ours is left out. */
export function readPart(service: string, lines: Readonly<Record<string, string>>): LoggedDeployment[] {
  const sequences = new Set(Object.keys(lines).flatMap((key) => sequenceIn(key) ?? []));
  return [...sequences].sort((a, b) => a - b).map((sequence) => readDeployment(service, sequence, lines));
}

function readDeployment(service: string, sequence: number, lines: Readonly<Record<string, string>>): LoggedDeployment {
  const [beginText, endText, abortText] = (['begin', 'end', 'abort'] as const).map(
    (name) => lines[lineKey(sequence, name)],
  );
  const begin = readBegin(beginText);
  const [end, abort] = [readEnd(endText), readEnd(abortText)];
  const last = abort ?? end;
  const unreadable = [
    ...(beginText !== undefined && !begin ? ['begin'] : []),
    ...(endText !== undefined && !end ? ['end'] : []),
    ...(abortText !== undefined && !abort ? ['abort'] : []),
  ];
  return { service, sequence, ...(begin ? { begin } : {}), ...(last ? { end: last } : {}), unreadable };
}

function sequenceIn(key: string): number | undefined {
  const [, digits] = /^(\d{6,9})\.(?:begin|end|abort)$/.exec(key) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function readBegin(text: string | undefined): LoggedBegin | undefined {
  const read = readJson<Omit<LoggedBegin, 'build'> & { readonly build: string }>(text);
  if (!read || !logShape.begin(read)) return undefined;
  const build = BuildNumber.parse(read.build);
  return build && { ...read, build };
}

function readEnd(text: string | undefined): LoggedEnd | undefined {
  const read = readJson<LoggedEnd>(text);
  return read && logShape.end(read) ? read : undefined;
}
