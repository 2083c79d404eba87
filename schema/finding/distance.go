package finding

// Distance counts the letters to insert, delete, replace or swap with their
// neighbour to come from one word to another, for hints at what a misspelt one
// means. Letters are bytes; the time it takes grows with the product of the
// lengths.
func Distance(a, b string) int {
	older, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, above, row = above, row, older
	}
	return above[len(b)]
}
