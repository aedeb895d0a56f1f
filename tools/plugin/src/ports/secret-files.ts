/** Files of secrets that are encrypted in git, as who may read them here reads them. */
export interface SecretFiles {
  /**
   * Returns the decrypted text of a file, once it is certain that nobody has changed it since it was encrypted.
   * @param path of the file, for what is said of it. @throws {Refusal} which names no value.
   */
  decrypt(path: string, text: string): Promise<string>;
}
