/** An element of an MSBuild file, as far as references need it. */
export interface MsbuildElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly MsbuildElement[];
  readonly text: string;
  readonly line: number;
}

/** Something that an MSBuild file says, in the order in which it is said; conditions are not looked at. */
export type MsbuildStatement =
  | { readonly kind: 'property'; readonly name: string; readonly value: string; readonly isConditional: boolean }
  | {
      readonly kind: 'import' | 'item';
      /** Name of the item: `ProjectReference`. */
      readonly name: string;
      /** A path that is imported or included, as it is written; of a package its name. */
      readonly written: string;
      /** Of a package, as it is written. */
      readonly version?: string | undefined;
      readonly isConditional: boolean;
      readonly line: number;
    };

/** An MSBuild file that was read, or why it was not. */
export type MsbuildFile =
  { readonly statements: readonly MsbuildStatement[] } | { readonly mistake: string; readonly line: number };

/** Reads a project file, or one that it imports. What is in a `Target` counts as if it were beside it. */
export function readMsbuild(root: MsbuildElement): MsbuildStatement[] {
  return root.children.flatMap((element) => statementsOf(element, false));
}

function statementsOf(element: MsbuildElement, isInCondition: boolean): MsbuildStatement[] {
  const isConditional = isInCondition || element.attributes.has('condition');
  switch (element.name) {
    case 'PropertyGroup':
      return element.children.map((child) => ({
        kind: 'property',
        name: child.name,
        value: child.text.trim(),
        isConditional: isConditional || child.attributes.has('condition'),
      }));
    case 'ItemGroup':
      return element.children.flatMap((child) => itemsOf(child, isConditional));
    case 'Import': {
      const written = element.attributes.get('project');
      // One of an SDK is found by NuGet.
      if (written === undefined || element.attributes.has('sdk')) return [];
      return [{ kind: 'import', name: 'Import', written, isConditional, line: element.line }];
    }
    case 'ImportGroup':
    case 'Choose':
    case 'When':
    case 'Otherwise':
    case 'Target': {
      const isChoice = isConditional || element.name === 'When' || element.name === 'Otherwise';
      return element.children.flatMap((child) => statementsOf(child, isChoice));
    }
    default:
      return [];
  }
}

function itemsOf({ name, attributes, line, ...element }: MsbuildElement, isInCondition: boolean): MsbuildStatement[] {
  const isPackage = packageItems.test(name);
  const written = attributes.get('include') ?? (isPackage ? attributes.get('update') : undefined);
  const isConditional = isInCondition || attributes.has('condition');
  const nested = element.children.flatMap((child) => statementsOf(child, isConditional));
  if (written === undefined) return nested;
  const version = isPackage ? { version: versionOf({ attributes, children: element.children }) } : {};
  return [{ kind: 'item', name, written, isConditional, line, ...version }];
}

/** Items that name a package of NuGet, and not a file. */
const packageItems = /^(Package|GlobalPackage)(Reference|Version)$/;

/** The version of a package, as an attribute or an element; one that overrides the central one comes first. */
function versionOf({ attributes, children }: Pick<MsbuildElement, 'attributes' | 'children'>): string | undefined {
  const said = (name: string) =>
    attributes.get(name.toLowerCase()) ?? children.find((child) => child.name === name)?.text.trim();
  return said('VersionOverride') ?? said('Version');
}
