import { act } from "@testing-library/react";
import axe from "axe-core";

/**
 * What axe finds wrong with the words and roles on the page. Colours, and what a style sheet hides, it can only judge in a browser:
 * there five of frosted-ui's six regions for toasts are not shown.
 */
export async function findingsOf(element: Element): Promise<string[]> {
  const { violations } = await act(() =>
    axe.run(element, {
      rules: {
        "color-contrast": { enabled: false },
        "landmark-unique": { enabled: false },
        region: { enabled: false },
      },
    }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
