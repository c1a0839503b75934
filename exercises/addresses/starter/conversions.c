/* Exercice : ports et adresses en ordre réseau. */
#include <arpa/inet.h>  /* htons, inet_pton, inet_ntop */
#include <netinet/in.h> /* struct in_addr, struct in6_addr, INET6_ADDRSTRLEN */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h> /* AF_INET, AF_INET6 */

int main(int argc, char *argv[])
{
    /* Étape 1 : sans argument, afficher un mode d'emploi sur la sortie d'erreur et terminer avec EXIT_FAILURE. */

    for (int i = 1; i < argc; i++) {
        /* Étape 2 : l'argument n'est fait que de chiffres et vaut de 0 à 65535 : « 325 -> 17665 » (htons). */

        /* Étape 3 : c'est une adresse IPv4 (inet_pton renvoie 1) : « 192.168.52.2 -> c0a83402 », octet par octet. */

        /* Étape 4 : c'est une adresse IPv6 : sa forme canonique (inet_ntop), puis ses 16 octets en hexadécimal. */

        /* Étape 5 : sinon, le dire sur la sortie d'erreur, retenir qu'il y a eu une erreur, et passer au suivant. */
        fprintf(stderr, "%s : à compléter\n", argv[i]);
    }

    /* Étape 6 : terminer avec EXIT_SUCCESS si tous les arguments ont été convertis, EXIT_FAILURE sinon. */
    fprintf(stderr, "%s : à compléter\n", argv[0]);
    return EXIT_FAILURE;
}
