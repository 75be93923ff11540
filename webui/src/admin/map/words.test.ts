import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import { mapWords } from "./words";

const FAILURES: readonly { name: string; sentence: string }[] = examples.map_failures;

beforeEach(() => {
  setLanguage("en");
});

test("in English every failure of a map reads as the server's sentence", () => {
  const said = FAILURES.map(({ name }) => mapWords.value.failure(name, ""));
  expect(said).toEqual(FAILURES.map(({ sentence }) => sentence));
});

test("in Chinese every failure of a map has words of its own", () => {
  setLanguage("zh");
  const said = FAILURES.map(({ name }) => mapWords.value.failure(name, ""));
  for (const sentence of said) expect(sentence).toMatch(/\p{Script=Han}/u);
  expect(new Set(said).size).toBe(FAILURES.length);
  expect(mapWords.value.failure("disk", "")).toBe("磁盘已满：请先腾出空间，再重新生成");
});

test("a failure that this page does not know is shown in the server's words", () => {
  setLanguage("zh");
  expect(mapWords.value.failure("flood", "the room is wet")).toBe("the room is wet");
});
