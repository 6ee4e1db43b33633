import { describe, expect, it } from "vitest";
import { withName, withReading } from "../src/imports/mapping";

const TEXT = `# How labels is read.
version: 1
images:
  # by: file stem
classes:
  by: "place in the list, from 0"
boxes:
  corners: cxcywh  # xywh
`;

describe("a mapping that is mended", () => {
  it("is looked up another way", () => {
    expect(withReading(TEXT, "classes", "source id")).toBe(TEXT.replace("place in the list, from 0", "source id"));
    expect(withReading(TEXT, "images", "file stem")).toBe(TEXT.replace('# by: file stem', 'by: "file stem"'));
    expect(withReading("version: 1\n", "classes", "name")).toBe('version: 1\nclasses:\n  by: "name"\n');
  });
  it("names classes one by one, each once", () => {
    const one = withName(TEXT, "classes", "1", "person");
    expect(one).toContain('from 0"\n  map:\n    "1": "person"\nboxes:');
    expect(withName(one, "classes", "1", null)).toContain('  map:\n    "1": null\nboxes:');
    const two = withName(one, "classes", 'a "b": c', "x\\y");
    expect(two).toContain('    "a \\"b\\": c": "x\\\\y"\n    "1": "person"');
    expect(withName(two, "classes", 'a "b": c', "z")).not.toContain("x\\\\y");
  });
  it("keeps what was written by hand", () => {
    const own = "version: 1\nclasses:\n  map:\n    3: car\n    truck: null\n";
    expect(withName(own, "classes", "3", "bus")).toBe('version: 1\nclasses:\n  map:\n    "3": "bus"\n    truck: null\n');
    expect(withName(own, "classes", "truck", "bus")).toContain('    3: car\n    "truck": "bus"\n');
  });
});
