package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/registry"
)

// base reads the tree that --against names, nil for none.
func (j *judgement) base(ctx context.Context, against string) (*tree.Tree, error) {
	ref, isGit := strings.CutPrefix(against, "git#")
	switch {
	case against == "none":
		return nil, nil
	case isGit:
		return j.commit(ctx, ref)
	case against != "":
		if info, err := os.Stat(against); err != nil || !info.IsDir() {
			return nil, misuse("use git#REF, a folder, registry or none", "--against %s: there is no such folder", against)
		}
		j.against = append(j.against, against)
		return readFolder(ctx, against)
	}
	return j.fork(ctx)
}

// fork reads the commit at which the work left the main branch; nil outside of
// repositories, and in those that have no such branch. A repository that cannot
// be asked is a failure: nothing may pass because git does not work.
func (j *judgement) fork(ctx context.Context) (*tree.Tree, error) {
	git, err := tree.OpenGit(ctx, ".")
	if err != nil {
		if !inRepository() {
			return nil, nil
		}
		return nil, unable("say what to compare with: --against DIR or --against none", "find what to compare with: %w", err)
	}
	fork, err := git.Fork(ctx)
	if err != nil {
		return nil, lostRef(err)
	}
	if fork == "" {
		return nil, nil
	}
	j.against = append(j.against, "git#"+fork[:min(12, len(fork))])
	return readCommit(ctx, git, fork)
}

// inRepository reports whether the current folder looks as if it lay in a
// repository.
func inRepository() bool {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
	return false
}

// lostRef says how to get a commit that is not there.
func lostRef(err error) error {
	lost := new(tree.NoRefError)
	if !errors.As(err, &lost) {
		return err
	}
	hint := "name a commit, branch or tag that 'git log' shows"
	if lost.Fetch != "" {
		hint = "fetch it first: " + lost.Fetch
	}
	return unable(hint, "find what to compare with: %w", err)
}

func (j *judgement) commit(ctx context.Context, ref string) (*tree.Tree, error) {
	git, err := tree.OpenGit(ctx, ".")
	switch {
	case errors.Is(err, tree.ErrNoGit):
		return nil, unable("install git, or compare with a folder: --against DIR", "--against git#%s: %w", ref, err)
	case err != nil:
		return nil, unable("compare with a folder: --against DIR", "--against git#%s: %w", ref, err)
	}
	commit, err := git.Resolve(ctx, ref)
	if err != nil {
		return nil, lostRef(err)
	}
	j.against = append(j.against, "git#"+ref)
	return readCommit(ctx, git, commit)
}

func readCommit(ctx context.Context, git *tree.Git, commit string) (*tree.Tree, error) {
	files, err := git.Commit(ctx, commit)
	if err != nil {
		return nil, unable("", "read the commit: %w", err)
	}
	return readTree(ctx, files)
}

// fill puts a tree into an empty registry that asks for nothing. What was
// broken before is left out: it promised nothing that could be held against
// what comes.
func fill(ctx context.Context, reg *registry.Registry, base *tree.Tree) error {
	change := changeOf(ctx, base)
	change.Configs = []registry.Scoped[registry.ConfigChange]{{Value: registry.ConfigChange{Set: registry.Config{ValidateNewSchemas: new(false)}}}}
	change.Contracts = nil
	for _, c := range base.Contracts {
		if c.Document != nil && c.Document.Valid() {
			change.Contracts = append(change.Contracts, registry.ContractFile{Name: c.Name, Text: c.Text})
		}
	}
	_, err := reg.Change(ctx, change)
	if !isRefused(err) {
		return err
	}
	return fillSound(ctx, reg, change)
}

// fillSound makes the parts of a change that a registry takes, one by one.
// Schemas come again as long as others, which they may refer to, were taken.
func fillSound(ctx context.Context, reg *registry.Registry, change registry.Change) error {
	if _, err := reg.Change(ctx, registry.Change{Configs: change.Configs}); err != nil {
		return err
	}
	for pending := change.Schemas; len(pending) > 0; {
		var left []registry.SchemaFile
		for _, s := range pending {
			_, err := reg.Change(ctx, registry.Change{Schemas: []registry.SchemaFile{s}})
			if isRefused(err) {
				left = append(left, s)
			} else if err != nil {
				return err
			}
		}
		if len(left) == len(pending) {
			break
		}
		pending = left
	}
	for _, c := range change.Contracts {
		if _, err := reg.Change(ctx, registry.Change{Contracts: []registry.ContractFile{c}}); err != nil && !isRefused(err) {
			return err
		}
	}
	return nil
}

func isRefused(err error) bool {
	refused := new(registry.Error)
	return errors.As(err, &refused)
}
