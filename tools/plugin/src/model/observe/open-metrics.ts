/**
 * The text that Prometheus reads. No library: `prom-client` keeps values that a running process counts; what is written here
 * is known at once and has units, which it cannot say.
 */

/** One value, with what tells it from others of its family. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Finite. */
  readonly value: number;
}

/** Values of one name. */
export interface MetricFamily {
  /** Without `_total`; ends in the unit, where there is one. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly unit?: 'seconds' | 'ratio';
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** Lines of an OpenMetrics 1.0 text exposition. Families without a value are left away. */
export function openMetricsLines(families: readonly MetricFamily[]): string[] {
  return [...families.filter(({ samples }) => samples.length > 0).flatMap(familyLines), '# EOF'];
}

function familyLines({ name, type, unit, help, samples }: MetricFamily): string[] {
  const sampleName = type === 'counter' ? `${name}_total` : name;
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map(({ labels, value }) => `${sampleName}${labelText(labels)} ${value}`),
  ];
}

function labelText(labels: MetricSample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Source: the format's rules for `escaped-string`. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
