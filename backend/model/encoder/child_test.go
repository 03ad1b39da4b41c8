package encoder

const childVariable = "PIXEL_DETECTIVE_ENCODER_TEST_CHILD"

func runChild(string) int { return 0 }
