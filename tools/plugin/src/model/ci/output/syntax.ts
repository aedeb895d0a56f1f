/** The severity of an annotation. */
export type AnnotationLevel = 'warning' | 'error';

/** A place in a file of the repository, which a CI shows an annotation at. */
export interface AnnotatedPlace {
  readonly file: string;
  /** From 1, as the column. */
  readonly line: number;
  readonly column: number;
}

/** Features of a CI's log besides showing lines. */
export interface CiSyntax {
  /** The line as it is shown, whatever is in it: it commands the CI nothing. */
  escapeCommands(line: string): string;
  /** Lines as a block that is folded behind its title; left away where nothing can be folded. */
  readonly fold?: (title: string, lines: readonly string[], at: Date) => string[];
  /** A line that is shown at the head of the run too; left away where nothing is. @param about whose it is. */
  readonly annotate?: (level: AnnotationLevel, about: string, text: string, at?: AnnotatedPlace) => string;
}
