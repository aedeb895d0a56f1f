import fc from 'fast-check';
import { CommitGraph } from './commit-graph.ts';

/** A history in which each commit has up to three of the later ones (in this order) as its parents. */
const histories = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 }).map((choices) => {
  const parents = choices.map((picks, index) => {
    const older = choices.length - index - 1;
    return older === 0 ? [] : [...new Set(picks.map((pick) => `c${index + 1 + (pick % older)}`))];
  });
  return new Map(parents.map((all, index) => [`c${index}`, all]));
});

function ancestors(parents: ReadonlyMap<string, readonly string[]>, commit: string): Set<string> {
  const reached = new Set([commit]);
  for (const each of reached) for (const parent of parents.get(each) ?? []) reached.add(parent);
  return reached;
}

describe('CommitGraph', () => {
  it('tells what one commit has that another lacks, by the definition', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), (parents, a, b) => {
        const ids = [...parents.keys()];
        const [base, tip] = [ids[a % ids.length]!, ids[b % ids.length]!];
        const graph = new CommitGraph(parents);
        const [have, want] = [ancestors(parents, base), ancestors(parents, tip)];
        expect(graph.revList(base, tip)).toEqual(ids.filter((id) => want.has(id) && !have.has(id)));
        expect(ids.filter(graph.containing(base))).toEqual(ids.filter((id) => ancestors(parents, id).has(base)));
        expect(graph.parentsOf(tip)).toEqual(parents.get(tip));
      }),
    );
  });

  it('tells of several tips what at least one of many bases lacks, and of one what all of them lack', () => {
    const some = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(histories, some, some, (parents, picks, otherPicks) => {
        const ids = [...parents.keys()];
        const [bases, tips] = [picks, otherPicks].map((each) => each.map((pick) => ids[pick % ids.length]!));
        const graph = new CommitGraph(parents);
        const each = new Set(tips!.flatMap((tip) => bases!.flatMap((base) => graph.revList(base, tip))));
        expect(graph.revListOfSome(bases!, tips!)).toEqual(ids.filter((id) => each.has(id)));
        const [tip] = tips as [string];
        const all = ids.filter((id) => bases!.every((base) => graph.isMissing(base, tip)(id)));
        expect(graph.missingInAll(bases!, tip).sort()).toEqual(all.sort());
        expect(graph.missingInAll([], tip).sort()).toEqual([...ancestors(parents, tip)].sort());
      }),
    );
  });

  it('knows nothing of commits that are not in it', () => {
    const graph = new CommitGraph(new Map([['a', ['lost']]]));
    expect(graph.has('lost')).toBe(false);
    expect(graph.revList('lost', 'a')).toEqual(['a']);
    expect(graph.containing('lost')('a')).toBe(false);
    expect(graph.parentsOf('a')).toEqual([]);
    expect(graph.revList('a', 'lost')).toEqual([]);
    expect(graph.missingInAll(['lost'], 'a')).toEqual(['a']);
    expect(graph.missingInAll(['a'], 'lost')).toEqual([]);
    expect(graph.revListOfSome(['a'], ['lost'])).toEqual([]);
  });
});
