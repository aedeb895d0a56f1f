/**
 * Variables by which Nx's own process, which may stand before a terminal, tells the processes of tasks what it is:
 * what a batch prints comes to it through a pipe.
 */

/** Columns of the terminal; unset where the output is none. */
export const columnsVariable = 'POC_TERMINAL_COLUMNS';
/** `true` where somebody at a terminal can be asked: Nx neither shows its own interface there, nor is one end a file. */
export const terminalInputVariable = 'POC_TERMINAL_INPUT';
/** `true` or `false`: whether colours are shown. */
export const colorVariable = 'POC_TERMINAL_COLOR';
/** File to which tasks write what they came to, a line of JSON each. */
export const outcomesVariable = 'POC_OUTCOMES_FILE';
/** File to which a task that should run until it is stopped writes an exit code, when it ends by itself. */
export const exitCodeVariable = 'POC_EXIT_CODE_FILE';
