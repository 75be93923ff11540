import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/contract.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // `shared/api.ts` alone talks to the server.
      "no-restricted-globals": ["error", "fetch", "XMLHttpRequest"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Text is text: the content security policy forbids inline markup.",
        },
      ],
      "no-console": "error",
    },
  },
  {
    files: ["src/shared/api.ts"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/shared/shapes.ts"],
    rules: {
      // snake_case is for fields of the API only; destructuring may keep their names.
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "default", format: ["camelCase"], leadingUnderscore: "allow" },
        { selector: "import", format: ["camelCase", "PascalCase"] },
        { selector: "variable", format: ["camelCase", "PascalCase", "UPPER_CASE"] },
        { selector: "variable", modifiers: ["destructured"], format: null },
        { selector: "parameter", modifiers: ["destructured"], format: null },
        { selector: ["function", "parameter"], format: ["camelCase", "PascalCase"] },
        { selector: "typeLike", format: ["PascalCase"] },
        { selector: "parameter", filter: "^_$", format: null },
        { selector: ["typeProperty", "typeMethod"], format: ["camelCase", "PascalCase"] },
        // Browsers hold drawings that wait to be sent under these names.
        {
          selector: "typeProperty",
          filter: "^(labelled_at_ms|n_tries|due_at_ms|claimed_until_ms)$",
          format: null,
        },
        { selector: ["objectLiteralProperty", "objectLiteralMethod"], format: null },
      ],
    },
  },
  {
    files: ["src/**/words.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "CallExpression[callee.name='viewWords'] > ObjectExpression > Property > Identifier[name=/_/].key",
          message: "Words are camelCase.",
        },
      ],
    },
  },
  {
    files: ["scripts/**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
);
