import assert from "node:assert/strict";
import { test } from "node:test";
import { elementText, errorIn } from "./query-protocol.ts";

test("an element's text, with XML escapes decoded", () => {
  const xml =
    "<A><B>\n  a&amp;b &lt;c&gt; &quot;d&apos; &#65;&#x42; &unknown; &constructor; &#x110000;\n</B><B>2</B></A>";
  assert.equal(elementText(xml, "B"), "a&b <c> \"d' AB &unknown; &constructor; &#x110000;");
  assert.equal(elementText(xml, "C"), undefined);
  assert.equal(elementText("<A><B>x</A>", "B"), undefined);
});

test("an error's code and message, and not those of other elements", () => {
  const error = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &amp; no</Message></Error>";
  assert.deepEqual(errorIn(`<ErrorResponse><Code>x</Code>${error}</ErrorResponse>`), {
    code: "AccessDenied",
    message: "no & no",
  });
  for (const text of ["", "<html><p>no", "<Error></Error>", "<Error><Code></Code></Error>", "{}"])
    assert.equal(errorIn(text), undefined);
});
