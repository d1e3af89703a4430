// Starts `gradbook lsp` for the lessons of a folder. Everything else is the server's.

const { window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = workspace.getConfiguration("gradbook");
  const trust = workspace.isTrusted ? [] : ["--untrusted"];
  const server = { command: settings.get("path"), args: ["lsp", ...trust, ...settings.get("arguments")] };
  client = new LanguageClient("gradbook", "gradbook", server, {
    documentSelector: [
      { scheme: "file", language: "markdown" },
      { scheme: "file", language: "yaml", pattern: "**/gradbook.yaml" },
    ],
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{md,yaml,bib,csv}") },
  });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`gradbook does not start: ${error}. Set "gradbook.path" to where the program lies.`);
  }
};

exports.deactivate = () => client?.stop();
