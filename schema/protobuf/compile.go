package protobuf

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema"
)

// mainPath is the file name of the schema itself, as Confluent's clients call
// it. No import resolves to it.
const mainPath = "default"

// maxTotalText bounds a schema and its dependencies taken together, in bytes.
const maxTotalText = 4 * schema.MaxText

// compiler runs the compiler's stages over a schema and the files it imports,
// one after the other in one goroutine, so that a panic of the library can be
// caught in Parse and one file's cost is bounded before the next begins.
type compiler struct {
	ctx     context.Context //nolint:containedctx // lives for one parse
	sources map[string]schema.Dependency
	// known returns the built-in file of a path.
	known        func(path string) linker.File
	symbols      *linker.Symbols
	units        map[string]*unit
	importing    []string // paths being compiled, outermost first
	declarations int
	bytes        int
}

// unit is one compiled file.
type unit struct {
	path       string
	text       string // the source, or the print of a file read as descriptor
	serialized bool   // read as descriptor
	origin     schema.Dependency
	linked     linker.Result
	document   *Document
}

// compile compiles the text of path, which is .proto source or a base64
// descriptor.
func (c *compiler) compile(path, text string) (*unit, error) {
	if c.bytes += len(text); c.bytes > maxTotalText {
		return nil, c.errorf(path, schema.Position{}, "the schema and its references have more than %d bytes together", maxTotalText)
	}
	source, serialized, err := c.source(path, text)
	if err != nil {
		return nil, err
	}
	u, err := c.compileText(path, source)
	if err != nil {
		return nil, err
	}
	u.serialized = serialized
	return u, nil
}

// compileText takes .proto source through scanning, parsing, its imports,
// linking and options.
func (c *compiler) compileText(path, text string) (*unit, error) {
	if err := c.checkText(path, text); err != nil {
		return nil, err
	}
	handler := reporter.NewHandler(nil)
	tree, err := parser.Parse(path, strings.NewReader(text), handler)
	if err != nil {
		return nil, c.located(path, text, err)
	}
	dropRepeatedImports(tree)
	parsed, err := parser.ResultFromAST(tree, true, handler)
	if err != nil {
		return nil, c.located(path, text, err)
	}
	importMetaIfUsed(parsed.FileDescriptorProto())
	linked, names, err := c.link(path, text, parsed, handler)
	if err != nil {
		return nil, err
	}
	u := &unit{path: path, text: text, linked: linked}
	u.document = readDocument(linked, names, text)
	u.document.resolve(linked)
	return u, nil
}

// link compiles the imports of a parsed file, links it with them and
// interprets its options. It returns the names of custom options too.
func (c *compiler) link(path, text string, parsed parser.Result, handler *reporter.Handler) (linker.Result, map[ast.Node]extensionName, error) {
	at := func(dep string) schema.Position { return importPosition(parsed, text, dep) }
	files, err := c.imports(path, parsed.FileDescriptorProto().GetDependency(), at)
	if err != nil {
		return nil, nil, err
	}
	linked, err := linker.Link(parsed, files, c.symbols, handler)
	if err != nil {
		return nil, nil, c.located(path, text, err)
	}
	names := extensionNames(linked)
	if _, err = options.InterpretOptions(linked, handler); err == nil {
		err = linked.ValidateOptions(handler, c.symbols)
	}
	if err == nil {
		err = handler.Error()
	}
	if err != nil {
		return nil, nil, c.located(path, text, err)
	}
	return linked, names, nil
}

func (c *compiler) checkText(path, text string) error {
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("parse Protobuf schema: %w", err)
	}
	if len(text) > schema.MaxText {
		return c.errorf(path, schema.Position{}, "the text has more than %d bytes", schema.MaxText)
	}
	s, fault := scan(text)
	if fault == nil {
		fault = s.checkEdition(text)
	}
	if c.declarations += s.declarations; fault == nil && c.declarations > 10*maxDeclarations {
		fault = c.errorf(path, schema.Position{}, "the schema and its references have more than %d declarations together", 10*maxDeclarations)
	}
	if fault != nil {
		fault.File = fileName(path)
		return fault
	}
	return nil
}

// imports compiles the imports of a file; at tells where one is written.
func (c *compiler) imports(path string, imports []string, at func(dep string) schema.Position) (linker.Files, error) {
	c.importing = append(c.importing, path)
	defer func() { c.importing = c.importing[:len(c.importing)-1] }()
	var files linker.Files
	for _, dep := range imports {
		f, err := c.require(dep)
		if fault := (*importError)(nil); errors.As(err, &fault) {
			return nil, c.errorf(path, at(dep), "%s", fault.message)
		}
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// importError is an import that cannot be followed; the importing file adds
// the place.
type importError struct{ message string }

func (e *importError) Error() string { return e.message }

// require returns the compiled file of an import path.
func (c *compiler) require(path string) (linker.File, error) {
	if u := c.units[path]; u != nil {
		return u.linked, nil
	}
	for i, open := range c.importing {
		if open == path {
			ring := append(append([]string{}, c.importing[i:]...), path)
			return nil, &importError{"imports form a circle: " + strings.Join(ring, " -> ")}
		}
	}
	source, supplied := c.sources[path]
	if builtin := c.known(path); builtin != nil && (!supplied || alwaysBuiltin(path)) {
		return builtin, nil
	}
	if !supplied {
		return nil, &importError{fmt.Sprintf("import %q is not known; add a reference with this name to the subject and version that hold the file", path)}
	}
	if len(c.importing) > schema.MaxDepth {
		return nil, &importError{fmt.Sprintf("imports are nested deeper than %d files", schema.MaxDepth)}
	}
	u, err := c.compile(path, source.Text)
	if err != nil {
		return nil, err
	}
	u.origin = source
	c.units[path] = u
	return u.linked, nil
}

// dropRepeatedImports removes a second import of one file from the syntax
// tree. Confluent accepts it and this compiler does not; it means nothing.
func dropRepeatedImports(tree *ast.FileNode) {
	seen := map[string]*ast.ImportNode{}
	kept := tree.Decls[:0]
	for _, decl := range tree.Decls {
		line, ok := decl.(*ast.ImportNode)
		if !ok {
			kept = append(kept, decl)
			continue
		}
		first := seen[line.Name.AsString()]
		if first != nil && (first.Public != nil) == (line.Public != nil) {
			continue
		}
		seen[line.Name.AsString()] = line
		kept = append(kept, decl)
	}
	tree.Decls = kept
}

func importPosition(parsed parser.Result, text, path string) schema.Position {
	if tree := parsed.AST(); tree != nil {
		for _, decl := range tree.Decls {
			if line, ok := decl.(*ast.ImportNode); ok && line.Name.AsString() == path {
				return schema.PositionOf(text, tree.NodeInfo(line).Start().Offset)
			}
		}
	}
	return schema.Position{}
}

// located turns the library's error into a schema.Error with the place.
func (c *compiler) located(path, text string, err error) error {
	var positioned reporter.ErrorWithPos
	if !errors.As(err, &positioned) {
		return c.errorf(path, schema.Position{}, "%s", err.Error())
	}
	var at schema.Position
	if pos := positioned.GetPosition(); pos.Line > 0 {
		at = schema.PositionOf(text, pos.Offset)
	}
	message := strings.ReplaceAll(positioned.Unwrap().Error(), "$end", "end of file")
	return c.errorf(path, at, "%s", message)
}

func (c *compiler) errorf(path string, at schema.Position, format string, args ...any) *schema.Error {
	e := schema.Errorf(schema.Protobuf, at, format, args...)
	e.File = fileName(path)
	return e
}

// fileName is a path as errors name it: the schema itself has no name.
func fileName(path string) string {
	if path == mainPath {
		return ""
	}
	return path
}

// proto is the compiled descriptor of the unit.
func (u *unit) proto() *descriptorpb.FileDescriptorProto { return u.linked.FileDescriptorProto() }
