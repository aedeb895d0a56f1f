/**
 * A value of JSON in which everything that occurs several times stands once. No library: `devalue` and `flatted` find what is
 * the same object, not what is equal, and write the names of all properties again with each object.
 */
export interface Packed {
  /** Names of the properties of objects. */
  readonly shapes: readonly (readonly string[])[];
  /**
   * Each value, behind those that it is made of; the last is the whole. An object is the place of its shape and those of its
   * values, an array `-1` and the places of its items.
   */
  readonly values: readonly PackedValue[];
}

type Primitive = string | number | boolean | null;
type PackedValue = Primitive | readonly number[];

const arrayMark = -1;

/** Packs what `JSON.stringify` would write. */
export function pack(value: unknown): Packed {
  const packer = new Packer();
  packer.add(value);
  return packer;
}

class Packer implements Packed {
  readonly shapes: string[][] = [];
  readonly values: PackedValue[] = [];
  private readonly places = new Map<string, number>();
  private readonly shapePlaces = new Map<string, number>();

  /** @returns the place of the value. */
  add(value: unknown): number {
    if (Array.isArray(value)) return this.node([arrayMark, ...value.map((item) => this.add(item ?? null))]);
    if (typeof value !== 'object' || value === null) return this.primitive((value ?? null) as Primitive);
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    const shape = this.shape(entries.map(([name]) => name));
    return this.node([shape, ...entries.map(([, each]) => this.add(each))]);
  }

  private primitive(value: Primitive): number {
    return this.place(JSON.stringify(value), value);
  }

  private node(places: readonly number[]): number {
    return this.place(`#${places.join()}`, places);
  }

  private place(key: string, value: PackedValue): number {
    const known = this.places.get(key);
    if (known !== undefined) return known;
    this.places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  private shape(names: string[]): number {
    const key = JSON.stringify(names);
    const known = this.shapePlaces.get(key);
    if (known !== undefined) return known;
    this.shapePlaces.set(key, this.shapes.length);
    return this.shapes.push(names) - 1;
  }
}

/** Returns what was packed. Equal values in it are one: it is to be read only. */
export function unpack({ shapes, values }: Packed): unknown {
  const built: unknown[] = [];
  for (const value of values) {
    if (!Array.isArray(value)) {
      built.push(value);
      continue;
    }
    const [shape, ...places] = value as number[];
    const parts = places.map((place) => built[place]);
    built.push(shape === arrayMark ? parts : objectOf(shapes[shape!]!, parts));
  }
  return built.at(-1);
}

function objectOf(names: readonly string[], values: readonly unknown[]): object {
  // `fromEntries` defines properties, also one that is called `__proto__`; it is several times slower.
  if (names.includes('__proto__')) return Object.fromEntries(names.map((name, at) => [name, values[at]]));
  const made: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) made[name] = values[at];
  return made;
}
