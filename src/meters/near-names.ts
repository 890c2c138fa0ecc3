/** From here on two names are taken for two spellings of one. */
const NEAR = 0.6;

/** The known names that are most like a name that is none, best first; empty where none is near. */
export function nearNames(name: string, known: readonly string[], most: number): readonly string[] {
  return known
    .map((each) => ({ each, likeness: likeness(name, each) }))
    .filter((found) => found.likeness >= NEAR)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, most)
    .map(({ each }) => each);
}

/** 0 to 1: the mean of what two names share in letters and in pairs of letters (Sørensen and Dice), in whatever order. */
function likeness(a: string, b: string): number {
  const pairs = (text: string) => [...text].slice(1).map((letter, index) => `${text[index]}${letter}`);
  return (shared([...a], [...b]) + shared(pairs(a), pairs(b))) / 2;
}

function shared(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  const common = a.filter((part) => {
    const at = left.indexOf(part);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return (2 * common.length) / Math.max(1, a.length + b.length);
}
