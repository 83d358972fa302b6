import { describe, expect, test } from "vitest";
import { serverOrSkip } from "../src/index.ts";
import { kinds, listens } from "./servers.ts";

describe.each(kinds)("a server of $name", ({ start, connect }) => {
  test("keeps its data and its port when it is killed and started again", async ({ skip }) => {
    await using server = serverOrSkip(await start(), skip);
    const { url } = server;
    {
      await using client = connect(url);
      await client.keep("a", "kept");
    }

    await server.kill();
    expect(await listens(url)).toBe(false);
    await server.start();

    await using client = connect(url);
    expect(await client.word("a")).toBe("kept");
    expect(server.url).toBe(url);
  });

  test("is another one each time, with a port and data of its own", async ({ skip }) => {
    const [found, alsoFound] = await Promise.all([start(), start()]);
    await using server = serverOrSkip(found, skip);
    await using other = serverOrSkip(alsoFound, skip);
    await using client = connect(server.url);
    await using clientOfOther = connect(other.url);

    await client.keep("a", "here");
    await clientOfOther.keep("a", "there");

    expect(other.url).not.toBe(server.url);
    expect(await client.word("a")).toBe("here");
    expect(await clientOfOther.word("a")).toBe("there");
  });

  test("answers nothing while it is paused, and all of it later", async ({ skip }) => {
    await using server = serverOrSkip(await start(), skip);
    await using client = connect(server.url);
    await client.keep("a", "kept");

    server.pause();
    let answered = false;
    const word = client.word("a").finally(() => {
      answered = true;
    });
    // Another server answers in the meantime, so a moment has passed.
    await using other = serverOrSkip(await start(), skip);
    expect(answered).toBe(false);
    expect(await listens(other.url)).toBe(true);
    server.resume();

    expect(await word).toBe("kept");
  });

  test("is gone once it is stopped, even where it was paused, and does not start again", async ({
    skip,
  }) => {
    const server = serverOrSkip(await start(), skip);
    server.pause();

    await server.stop();
    await server.stop();

    expect(await listens(server.url)).toBe(false);
    await expect(server.start()).rejects.toThrow("is stopped and its data removed");
  });

  test("may be killed and started twice", async ({ skip }) => {
    await using server = serverOrSkip(await start(), skip);

    await server.start();
    await server.kill();
    await server.kill();
    await server.start();
    await server.start();

    expect(await listens(server.url)).toBe(true);
  });
});
