package compat

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// featuresOf are the features that an element sets itself.
func featuresOf(d protoreflect.Descriptor) *descriptorpb.FeatureSet {
	switch o := d.Options().(type) {
	case *descriptorpb.FileOptions:
		return o.GetFeatures()
	case *descriptorpb.MessageOptions:
		return o.GetFeatures()
	case *descriptorpb.FieldOptions:
		return o.GetFeatures()
	case *descriptorpb.EnumOptions:
		return o.GetFeatures()
	}
	return nil
}

// protoFeature is the value of a feature for an element: its own or the one of
// the nearest element around it that sets any, else T's zero value. What a map
// holds takes the features of the map.
func protoFeature[T comparable](d protoreflect.Descriptor, value func(*descriptorpb.FeatureSet) T) T {
	var none T
	if f, ok := d.(protoreflect.FieldDescriptor); ok {
		if owner := mapField(f); owner != nil {
			d = owner
		}
	}
	for ; d != nil; d = d.Parent() {
		if v := value(featuresOf(d)); v != none {
			return v
		}
	}
	return none
}

// checksUTF8 says whether parsers refuse text of a field that is not UTF-8.
func checksUTF8(f protoreflect.FieldDescriptor) bool {
	switch f.ParentFile().Syntax() {
	case protoreflect.Proto2:
		return false
	case protoreflect.Proto3:
		return true
	}
	return protoFeature(f, (*descriptorpb.FeatureSet).GetUtf8Validation) != descriptorpb.FeatureSet_NONE
}

// supportsJSON says whether a message or an enum has a JSON form by contract,
// and not by luck.
func supportsJSON(d protoreflect.Descriptor) bool {
	switch d.ParentFile().Syntax() {
	case protoreflect.Proto2:
		return false
	case protoreflect.Proto3:
		return true
	}
	return protoFeature(d, (*descriptorpb.FeatureSet).GetJsonFormat) != descriptorpb.FeatureSet_LEGACY_BEST_EFFORT
}

// languageFeature reads one language's own feature, such as string_type of
// pb.cpp, by name of its value; "" if the set has it not.
func languageFeature(language protoreflect.FullName, feature protoreflect.Name) func(*descriptorpb.FeatureSet) string {
	return func(set *descriptorpb.FeatureSet) string {
		text := ""
		set.ProtoReflect().Range(func(x protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			if x.FullName() != language || x.Message() == nil {
				return true
			}
			f := x.Message().Fields().ByName(feature)
			if f != nil && f.Enum() != nil && v.Message().Has(f) {
				if value := f.Enum().Values().ByNumber(v.Message().Get(f).Enum()); value != nil {
					text = string(value.Name())
				}
			}
			return false
		})
		return text
	}
}

// javaChecksUTF8 says whether Java checks the text of a field whatever the
// field itself asks for.
func javaChecksUTF8(f protoreflect.FieldDescriptor) bool {
	if f.ParentFile().Syntax() != protoreflect.Editions {
		return fileOptions(f.ParentFile()).GetJavaStringCheckUtf8()
	}
	return protoFeature(f, languageFeature("pb.java", "utf8_validation")) == "VERIFY"
}

// cppStringType is the type of a string or bytes field in C++: STRING, CORD,
// VIEW or STRING_PIECE. Where a file is of an edition, a feature may say it and
// wins over the option.
func cppStringType(f protoreflect.FieldDescriptor) string {
	if name := protoFeature(f, languageFeature("pb.cpp", "string_type")); name != "" {
		return name
	}
	if owner := mapField(f); owner != nil {
		f = owner
	}
	return fieldOptions(f).GetCtype().String()
}

func fieldOptions(f protoreflect.FieldDescriptor) *descriptorpb.FieldOptions {
	options, _ := f.Options().(*descriptorpb.FieldOptions)
	return options
}
