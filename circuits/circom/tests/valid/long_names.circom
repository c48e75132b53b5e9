// Long names, and names that begin like keywords or with signs.
pragma circom 2.2.0;
function returned_value_of_a_function_with_a_very_long_name_indeed_0123456789(x) { return x + 1; }
template templates_$$_(variable, _if) {
    signal input inputs;
    signal output output_;
    var componentry = variable + _if;
    var $_$a = 2;
    var __a = 3;
    output_ <== inputs * returned_value_of_a_function_with_a_very_long_name_indeed_0123456789(componentry + __a) + $_$a;
}
component main = templates_$$_(1, 2);
