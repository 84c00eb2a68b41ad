/** The way to the disk. Browsers cut it for pages in the background; then it is opened anew, and nobody notices. */
import { type Database, forget, keep, keptOf, NAME, openDatabase } from "./database";

export class Disk {
  private constructor(
    private current: Database,
    private readonly name: string,
    private readonly onTaken: () => void,
  ) {}

  /** Opens it. `onTaken` is called once a newer page in another tab keeps things in another shape. */
  static async open(name = NAME, onTaken: () => void = () => undefined): Promise<Disk> {
    return new Disk(await openDatabase(name, onTaken), name, onTaken);
  }

  /** As it is open now, for whoever can bear that it is cut in between. */
  get now(): Database {
    return this.current;
  }

  /** Does `work`, once more if the way was cut before it began. */
  async use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await work(this.current);
    } catch (error) {
      if (!isCut(error)) throw error;
      await this.reopen();
      return await work(this.current);
    }
  }

  async keep(key: string, value: unknown): Promise<void> {
    await this.use((database) => keep(database, key, value));
  }

  async kept<T>(key: string): Promise<T | undefined> {
    return await this.use((database) => keptOf<T>(database, key));
  }

  async forget(key: string): Promise<void> {
    await this.use((database) => forget(database, key));
  }

  close(): void {
    this.current.close();
  }

  private async reopen(): Promise<void> {
    try {
      this.current = await openDatabase(this.name, this.onTaken);
    } catch (error) {
      if (isNewer(error)) this.onTaken();
      throw error;
    }
  }
}

/** Whether a newer page has made over what the phone keeps: this one must not touch it. */
export function isNewer(error: unknown): boolean {
  return error instanceof DOMException && error.name === "VersionError";
}

/** Safari says the second of a page that comes back from the background. */
function isCut(error: unknown): boolean {
  if (!(error instanceof DOMException)) return false;
  return error.name === "InvalidStateError" || (error.name === "UnknownError" && /connection/i.test(error.message));
}
