/**
 * Mount points below some folders, the innermost and latest first, as they have to be unmounted.
 * @param mountInfo text of `/proc/self/mountinfo`.
 */
export function mountsBelow(mountInfo: string, folders: readonly string[]): string[] {
  return mountInfo
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .reverse();
}

/** The kernel writes blanks and the like as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
