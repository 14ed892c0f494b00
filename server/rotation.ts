/**
 * Whom the threads of a pool ask for jobs: one after the other, so that each gets an equal share. Who has no job now leaves the
 * rotation, and comes back when it says that it has one.
 *
 * To be asked may have consequences: clients come, go, and are asked within the question to another one.
 */
export class Rotation<Client> {
  /** In the order in which they are asked. */
  #clients: Client[] = [];
  /** Questions that are not answered yet, one within the other. */
  #asking = 0;
  /** Who left meanwhile. */
  readonly #gone = new Set<Client>();

  /** Comes last, if it is not waiting to be asked already. */
  add(client: Client): void {
    this.#gone.delete(client);
    if (!this.#clients.includes(client)) this.#clients.push(client);
  }

  remove(client: Client): void {
    this.#clients = this.#clients.filter((other) => other !== client);
    if (this.#asking > 0) this.#gone.add(client);
  }

  /** The next job there is, and whose it is; null when nobody has one. `ask` gives the job of a client, or null. */
  next<Job>(ask: (client: Client) => Job | null): { readonly client: Client; readonly job: Job } | null {
    for (;;) {
      const client = this.#clients.shift();
      if (client === undefined) return null;
      this.#asking++;
      const job = ask(client);
      this.#asking--;
      if (job !== null && !this.#gone.has(client)) this.add(client);
      if (this.#asking === 0) this.#gone.clear();
      if (job !== null) return { client, job };
    }
  }
}
