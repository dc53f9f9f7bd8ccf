"""A session with the real server over its standard streams, spoken by pygls' client.

    DEPLOYC=target/debug/deployc pytest tests/editors/session.py
"""

import asyncio
import os
import pathlib

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

SERVER = os.environ.get("DEPLOYC", "target/debug/deployc")
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"

COMMON = """edition 2026

checklist smoke "Smoke" {
  check home "The home page opens"
}
"""


class Session:
    """One conversation, with the files of a folder."""

    def __init__(self, client, folder):
        self.client = client
        self.folder = folder
        self.shown = {}
        self.news = asyncio.Event()
        self.versions = {}

    def uri(self, name):
        return (self.folder / name).as_uri()

    def document(self, name):
        return lsp.TextDocumentIdentifier(uri=self.uri(name))

    def text(self, name):
        return (self.folder / name).read_text()

    def place(self, name, words, behind=False):
        text = self.text(name)
        at = text.index(words) + (len(words) if behind else 0)
        before = text[:at]
        line = before.count("\n")
        column = len(before[before.rfind("\n") + 1 :].encode("utf-16-le")) // 2
        return lsp.Position(line=line, character=column)

    def at(self, kind, name, words, behind=False, **more):
        return kind(
            text_document=self.document(name),
            position=self.place(name, words, behind),
            **more,
        )

    def open(self, name):
        self.versions[name] = 1
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(
                lsp.TextDocumentItem(
                    uri=self.uri(name),
                    language_id="deploy",
                    version=1,
                    text=self.text(name),
                )
            )
        )

    def change(self, name, start, end, text):
        """Changes the file on the disk and the text in the server alike."""
        old = self.text(name)
        first = self.place(name, start)
        last = self.place(name, end, behind=True)
        begin = old.index(start)
        new = old[:begin] + text + old[old.index(end) + len(end) :]
        self.versions[name] += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(
                    uri=self.uri(name), version=self.versions[name]
                ),
                [
                    lsp.TextDocumentContentChangePartial(
                        range=lsp.Range(first, last), text=text
                    )
                ],
            )
        )
        (self.folder / name).write_text(new)

    async def findings(self, name):
        """What is shown for the text as it stands, once the server has shown it."""
        async with asyncio.timeout(60):
            while True:
                shown = self.shown.get(self.uri(name))
                if shown and shown.version == self.versions[name]:
                    return shown.diagnostics
                self.news.clear()
                await self.news.wait()


@pytest_asyncio.fixture
async def session(tmp_path):
    client = LanguageClient("tests", "1")
    # A folder with blanks and other letters, as people have them.
    folder = tmp_path / "my specs ü"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "common.deploy").write_text(COMMON)
    spec = (EXAMPLES / "checkout.deploy").read_text()
    spec += "\nphase outside {\n  include common.smoke\n}\n"
    lines = spec.split("\n")
    lines.insert(1, "\nuse ./common")
    (folder / "checkout.deploy").write_text("\n".join(lines))
    talk = Session(client, folder)

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def shown(params):
        talk.shown[params.uri] = params
        talk.news.set()

    @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(params):
        talk.registered = params

    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    await client.start_io(SERVER, "lsp", env=environment)
    talk.result = await client.initialize_async(
        lsp.InitializeParams(
            process_id=os.getpid(),
            root_uri=folder.as_uri(),
            workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), "specs")],
            capabilities=lsp.ClientCapabilities(
                workspace=lsp.WorkspaceClientCapabilities(
                    did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(
                        dynamic_registration=True
                    )
                ),
                text_document=lsp.TextDocumentClientCapabilities(
                    document_symbol=lsp.DocumentSymbolClientCapabilities(
                        hierarchical_document_symbol_support=True
                    ),
                    completion=lsp.CompletionClientCapabilities(
                        completion_item=lsp.ClientCompletionItemOptions(snippet_support=True)
                    ),
                ),
            ),
        )
    )
    client.initialized(lsp.InitializedParams())
    yield talk
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


FILE = "checkout.deploy"
pytestmark = pytest.mark.asyncio


async def test_findings(session):
    session.open(FILE)
    findings = await session.findings(FILE)
    assert not [one for one in findings if one.severity == lsp.DiagnosticSeverity.Error]
    session.change(FILE, "include common.smoke", "include common.smoke", "include common.smok")
    while True:
        findings = await session.findings(FILE)
        unknown = [one for one in findings if one.code == "D0201"]
        if unknown:
            break
        session.shown.clear()
    assert unknown[0].source == "deployc"
    page = unknown[0].code_description.href
    assert pathlib.Path(page.removeprefix("file://")).read_text().startswith("# D0201")
    actions = await session.client.text_document_code_action_async(
        lsp.CodeActionParams(
            session.document(FILE),
            unknown[0].range,
            lsp.CodeActionContext(diagnostics=unknown),
        )
    )
    assert any(action.title == "Write `common.smoke`" for action in actions)


async def test_pulled_findings(session):
    session.open(FILE)
    report = await session.client.text_document_diagnostic_async(
        lsp.DocumentDiagnosticParams(session.document(FILE))
    )
    assert report.kind == "full"


async def test_hover_definition_references_highlight(session):
    session.open(FILE)
    client = session.client
    hover = await client.text_document_hover_async(
        session.at(lsp.HoverParams, FILE, "error-rate < 0.5%")
    )
    assert "promql" in hover.contents.value
    there = await client.text_document_definition_async(
        session.at(lsp.DefinitionParams, FILE, "smoke\n")
    )
    assert there.uri == session.uri("common.deploy")
    found = await client.text_document_references_async(
        session.at(
            lsp.ReferenceParams,
            FILE,
            "smoke\n",
            context=lsp.ReferenceContext(include_declaration=True),
        )
    )
    assert {place.uri for place in found} == {session.uri(FILE), session.uri("common.deploy")}
    here = await client.text_document_document_highlight_async(
        session.at(lsp.DocumentHighlightParams, FILE, "error-rate < 0.5%")
    )
    assert len(here) > 2


async def test_library_opens_as_a_file(session):
    (session.folder / "x.deploy").write_text(
        "edition 2026\nuse std/http\nservice a { namespace b }\nmetric m = http.error-rate(a)\n"
    )
    session.open("x.deploy")
    there = await session.client.text_document_definition_async(
        session.at(lsp.DefinitionParams, "x.deploy", "error-rate(a)")
    )
    path = pathlib.Path(there.uri.removeprefix("file://"))
    line = path.read_text().split("\n")[there.range.start.line]
    assert line.startswith("metric error-rate")


async def test_rename_across_files(session):
    session.open(FILE)
    edit = await session.client.text_document_rename_async(
        session.at(lsp.RenameParams, FILE, "smoke\n", new_name="outside-in")
    )
    assert len(edit.changes) == 2
    place = await session.client.text_document_prepare_rename_async(
        session.at(lsp.PrepareRenameParams, FILE, "smoke\n")
    )
    assert place.placeholder == "smoke"


async def test_completion_and_signature(session):
    session.open(FILE)
    session.change(FILE, "include common.smoke", "include common.smoke", "include ")
    items = await session.client.text_document_completion_async(
        session.at(lsp.CompletionParams, FILE, "include \n", behind=False)
    )
    assert items.items, "statements are offered"
    place = session.place(FILE, "include \n")
    place.character += len("include ")
    items = await session.client.text_document_completion_async(
        lsp.CompletionParams(session.document(FILE), place)
    )
    assert "common.smoke" in [item.label for item in items.items]


async def test_symbols_and_colours(session):
    session.open(FILE)
    client = session.client
    outline = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(session.document(FILE))
    )
    assert any(symbol.name == "outside" for symbol in outline)
    found = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("smoke"))
    assert any(symbol.name == "smoke" for symbol in found)
    tokens = await client.text_document_semantic_tokens_full_async(
        lsp.SemanticTokensParams(session.document(FILE))
    )
    assert len(tokens.data) % 5 == 0 and len(tokens.data) > 500
    folds = await client.text_document_folding_range_async(
        lsp.FoldingRangeParams(session.document(FILE))
    )
    assert len(folds) > 5
    growing = await client.text_document_selection_range_async(
        lsp.SelectionRangeParams(
            session.document(FILE), [session.place(FILE, "error-rate < 0.5%")]
        )
    )
    assert growing[0].parent is not None


async def test_formatting(session):
    session.open(FILE)
    session.change(FILE, "  include common.smoke", "  include common.smoke", "include   common.smoke")
    options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
    edits = await session.client.text_document_formatting_async(
        lsp.DocumentFormattingParams(session.document(FILE), options)
    )
    assert [edit.new_text for edit in edits] == ["  include common.smoke\n"]
    place = session.place(FILE, "include   common.smoke")
    edits = await session.client.text_document_range_formatting_async(
        lsp.DocumentRangeFormattingParams(
            session.document(FILE), lsp.Range(place, place), options
        )
    )
    assert len(edits) == 1


async def test_hints_lenses_links_commands(session):
    session.open(FILE)
    client = session.client
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
    hints = await client.text_document_inlay_hint_async(
        lsp.InlayHintParams(session.document(FILE), whole)
    )
    assert hints
    lenses = await client.text_document_code_lens_async(
        lsp.CodeLensParams(session.document(FILE))
    )
    test = next(lens for lens in lenses if lens.command.command == "deployc.test")
    result = await client.workspace_execute_command_async(
        lsp.ExecuteCommandParams(test.command.command, test.command.arguments)
    )
    assert result["passed"] if isinstance(result, dict) else result.passed
    links = await client.text_document_document_link_async(
        lsp.DocumentLinkParams(session.document(FILE))
    )
    assert session.uri("common.deploy") in [link.target for link in links]


async def test_calls(session):
    session.open(FILE)
    client = session.client
    items = await client.text_document_prepare_call_hierarchy_async(
        session.at(lsp.CallHierarchyPrepareParams, FILE, "smoke\n")
    )
    calls = await client.call_hierarchy_incoming_calls_async(
        lsp.CallHierarchyIncomingCallsParams(items[0])
    )
    assert [call.from_.name for call in calls] == ["outside"]
    calls = await client.call_hierarchy_outgoing_calls_async(
        lsp.CallHierarchyOutgoingCallsParams(calls[0].from_)
    )
    assert [call.to.name for call in calls] == ["smoke"]


async def test_files_that_change_on_the_disk(session):
    session.open(FILE)
    await session.findings(FILE)
    registered = str(session.registered)
    assert "**/*.deploy" in registered and "deployc.toml" in registered
    (session.folder / "common.deploy").write_text(COMMON.replace("smoke", "other"))
    session.shown.clear()
    session.client.workspace_did_change_watched_files(
        lsp.DidChangeWatchedFilesParams(
            [lsp.FileEvent(session.uri("common.deploy"), lsp.FileChangeType.Changed)]
        )
    )
    findings = await session.findings(FILE)
    assert "D0201" in [one.code for one in findings]
    # And by the settings of the project.
    (session.folder / "common.deploy").write_text(COMMON)
    (session.folder / "deployc.toml").write_text("[rules]\nunused = \"error\"\n")
    session.change(FILE, "include common.smoke", "include common.smoke", "note \"x\"")
    spec = session.text(FILE)
    session.change(FILE, "\nphase outside", "\nphase outside", "\nparam left : text\n\nphase outside")
    while True:
        findings = await session.findings(FILE)
        unused = [one for one in findings if one.code == "D0203"]
        if unused:
            break
        session.shown.clear()
    assert unused[0].severity == lsp.DiagnosticSeverity.Error, spec


async def test_a_renamed_file(session):
    session.open(FILE)
    edit = await session.client.workspace_will_rename_files_async(
        lsp.RenameFilesParams(
            [lsp.FileRename(session.uri("common.deploy"), session.uri("shared/parts.deploy"))]
        )
    )
    edits = edit.changes[session.uri(FILE)]
    assert [one.new_text for one in edits] == ["./shared/parts"]


async def test_broken_text_is_answered(session):
    session.open(FILE)
    for broken in ['phase x { hold 5m while (((', '"""', "```", "}}}}}", "<<<<<<< HEAD\n"]:
        session.change(FILE, "edition 2026", "edition 2026", f"edition 2026\n{broken}")
        for request in ("document_symbol", "semantic_tokens_full", "folding_range"):
            ask = getattr(session.client, f"text_document_{request}_async")
            kind = {
                "document_symbol": lsp.DocumentSymbolParams,
                "semantic_tokens_full": lsp.SemanticTokensParams,
                "folding_range": lsp.FoldingRangeParams,
            }[request]
            assert await ask(kind(session.document(FILE))) is not None
    assert await session.findings(FILE)
